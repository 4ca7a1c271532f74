"""What rules need to know besides the nodes' files, and which of them can't run for the lack of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from parsers.facts.kubernetes import KubernetesFacts
    from rules.engine.registry import Rule
    from rules.live.endpoint import Endpoint
    from rules.live.observations import Observations
    from rules.live.views.machine import MachineView

NO_YAML = "PyYAML is not installed, so {} can't be read; run pip install 'halb-wizard[kubernetes]'"
_NO_FILE = {
    "installer": "no configuration of kubeadm, k0s, RKE2, K3s or Talos was given; pass that file too",
    "kubeadm": "no configuration of kubeadm was given; pass kubeadm-config.yaml too",
    "halb.toml": "no halb.toml is in use",
    "calico": "no file says how Calico finds its nodes' addresses; pass its manifest too",
    "kube-proxy": "no file has kube-proxy in mode ipvs",
    "keepalived in a pod": "no DaemonSet, Deployment or StatefulSet with keepalived was given",
    "control-plane nodes": "neither a halb.toml nor a k0sctl.yaml says how many control-plane nodes there are",
}
_NOT_LOOKED = "it is about this machine; add '--host' where the files are installed"
_NO_NETWORK = "it needs the network; add '--live'"


class Needs(NamedTuple):
    """What is known of the endpoint, what the network said about it (None when it was not asked), and the files about
    the cluster.
    """

    endpoint: Endpoint
    observed: Observations | None
    kubernetes: KubernetesFacts | None = None

    def missing(self, rule: Rule) -> str:
        """Why a live rule can't run here, or ""."""
        from rules.live.needs import how_to_tell, unknown_parts, words_for

        if "network" in rule.needs and self.observed is None:
            return _NO_NETWORK
        if "kubeadm" in rule.needs and (self.kubernetes is None or not self.kubernetes.has_kubeadm):
            return _NO_FILE["kubeadm"]
        lacking = next((need for need in unknown_parts(self.endpoint) if need in rule.needs), "")
        return f"no {words_for(lacking)} is known; {how_to_tell(lacking)}" if lacking else ""


class FileNeeds(NamedTuple):
    """Which files about the cluster there are (`ClusterFiles.known`), and those that can't be read without PyYAML."""

    known: frozenset[str]
    unread: tuple[str, ...]

    def missing(self, rule: Rule) -> str:
        """Why a rule of `Scope.CLUSTER` can't run here, or ""."""
        for need in rule.needs:
            if need not in self.known:
                return NO_YAML.format(self.unread[0]) if need != "halb.toml" and self.unread else _NO_FILE[need]
        return ""


class MachineNeeds(NamedTuple):
    """What is known of this machine; `view` is None when it was not looked at."""

    view: MachineView | None

    def missing(self, rule: Rule) -> str:
        """Why a rule about this machine can't run here, or ""."""
        if self.view is None:
            return _NOT_LOOKED
        unknown = self.view.seen.unknown
        return self.view.nowhere or next((unknown[need] for need in rule.needs if need in unknown), "")
