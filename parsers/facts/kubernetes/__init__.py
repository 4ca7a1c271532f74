"""What the files about a cluster say: `kubernetes_facts(documents)`."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.facts.kubernetes import kubeadm
from parsers.facts.kubernetes.control_plane import ClusterNetwork, ControlPlaneConfig, HostPort, NeededPort
from parsers.facts.kubernetes.k0s import k0s_configs
from parsers.facts.kubernetes.kubeadm import ClusterConfiguration, NodeConfiguration
from parsers.facts.kubernetes.manifests import (
    CAN_REACH,
    CIDR,
    FIRST_FOUND,
    AnnouncedAddress,
    CalicoDetection,
    KubeProxy,
    PodWithKeepalived,
    announced_addresses,
    calico_detections,
    ipvs_proxies,
    pods_with_keepalived,
)
from parsers.facts.kubernetes.rancher import REGISTRATION_PORT, RancherConfig, rancher_configs
from parsers.facts.kubernetes.talos import talos_configs
from parsers.kubernetes.tree import KubernetesDocument
from parsers.records import cached_property

__all__ = [
    "CAN_REACH", "CIDR", "FIRST_FOUND", "REGISTRATION_PORT", "AnnouncedAddress", "CalicoDetection",
    "ClusterConfiguration", "ClusterNetwork", "ControlPlaneConfig", "HostPort", "KubeProxy", "KubernetesFacts",
    "NeededPort", "NodeConfiguration", "PodWithKeepalived", "RancherConfig", "kubernetes_facts",
]  # fmt: skip


class KubernetesFacts:
    """The objects of all files of a run, in their order; templates are left out."""

    def __init__(self, documents: Sequence[KubernetesDocument]) -> None:
        self.documents = [document for document in documents if not document.template]

    @cached_property
    def control_planes(self) -> list[ControlPlaneConfig]:
        """What kubeadm, k0s, RKE2, K3s and Talos are told about the control plane."""
        files = self.documents
        return [*self.kubeadm_clusters, *k0s_configs(files), *rancher_configs(files), *talos_configs(files)]

    @property
    def has_kubeadm(self) -> bool:
        """Whether there is a file of kubeadm's."""
        return any(kubeadm.is_of_kubeadm(document) for document in self.documents)

    @cached_property
    def kubeadm_clusters(self) -> list[ClusterConfiguration]:
        """The ClusterConfiguration objects."""
        return kubeadm.clusters(self.documents)

    @cached_property
    def kubeadm_nodes(self) -> list[NodeConfiguration]:
        """What kubeadm is told about single control-plane nodes."""
        return kubeadm.nodes(self.documents)

    @cached_property
    def calico(self) -> list[CalicoDetection]:
        """How Calico finds its nodes' addresses."""
        return list(calico_detections(self.documents, self.control_planes))

    @cached_property
    def ipvs(self) -> list[KubeProxy]:
        """kube-proxy in mode ipvs."""
        return list(ipvs_proxies(self.documents, self.control_planes))

    @cached_property
    def keepalived(self) -> list[PodWithKeepalived]:
        """The workloads that run keepalived."""
        return list(pods_with_keepalived(self.documents))

    @cached_property
    def announced(self) -> list[AnnouncedAddress]:
        """The addresses that Services and MetalLB announce."""
        return list(announced_addresses(self.documents))


def kubernetes_facts(documents: Sequence[KubernetesDocument]) -> KubernetesFacts:
    """What the files say."""
    return KubernetesFacts(documents)
