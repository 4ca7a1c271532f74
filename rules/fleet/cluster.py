"""The cluster behind the load balancers, as files describe it: halb.toml, the installer's files, and the nodes'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple, cached_property

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from parsers.facts.kubernetes import ControlPlaneConfig, KubernetesFacts, NodeConfiguration
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.plan.model import Cluster

    Address = IPv4Address | IPv6Address

INSTALLER = "installer"
KUBEADM = "kubeadm"
PLAN = "halb.toml"
MEMBERS = "control-plane nodes"
CALICO = "calico"
IPVS = "kube-proxy"
KEEPALIVED_PODS = "keepalived in a pod"


class StatedAt(NamedTuple):
    """Where something is said: the span, and the node whose file it is (None: halb.toml, the command line,
    a file about the cluster).
    """

    span: Span
    node: str | None = None


class ClusterFiles:
    """What is known of the cluster: the fleet, halb.toml or options (`plan`), and the files about the cluster."""

    def __init__(self, fleet: Fleet, plan: Cluster | None, kubernetes: KubernetesFacts | None) -> None:
        self.fleet = fleet
        self.plan = plan
        self.kubernetes = kubernetes

    @property
    def known(self) -> frozenset[str]:
        """Which files there are besides those of the nodes, in the words of `Rule.needs`."""
        facts = self.kubernetes
        there = {
            INSTALLER: facts is not None and bool(facts.control_planes or facts.kubeadm_nodes),
            KUBEADM: facts is not None and facts.has_kubeadm,
            PLAN: self.plan is not None,
            MEMBERS: self.plan is not None or any(config.members is not None for config in self.control_planes),
        }
        if facts is not None:
            there |= {CALICO: bool(facts.calico), IPVS: bool(facts.ipvs), KEEPALIVED_PODS: bool(facts.keepalived)}
        return frozenset(name for name, is_there in there.items() if is_there)

    @cached_property
    def control_planes(self) -> list[ControlPlaneConfig]:
        """What the installers' files say; nothing if those of several clusters were given."""
        found = self.kubernetes.control_planes if self.kubernetes is not None else []
        # The first server of RKE2 or K3s has no endpoint: the others join by it.
        endpoints = {c.endpoint_value and c.endpoint_value.text for c in found if not c.used_once or c.endpoint_value}
        tools = {c.used_once for c in found}
        return found if len(endpoints) <= 1 and len(tools) <= 1 else []

    @property
    def kubeadm_nodes(self) -> list[NodeConfiguration]:
        """Every `InitConfiguration`, and `JoinConfiguration` of a control-plane node."""
        return self.kubernetes.kubeadm_nodes if self.kubernetes is not None else []

    def vips(self) -> dict[Address, StatedAt]:
        """The virtual addresses: those of halb.toml, or else those of the nodes."""
        found: dict[Address, StatedAt] = {}
        for setting in (self.plan.vip.address, self.plan.vip.address6) if self.plan else ():
            if setting is not None:
                found.setdefault(setting.value.ip, StatedAt(setting.span))
        if found:
            return found
        for node in self.fleet.nodes:
            for instance in node.keepalived.instances if node.keepalived else ():
                for vip in instance.usable_vips:
                    if vip.address is not None:
                        found.setdefault(vip.address, StatedAt(vip.span, node.name))
        return found

    def endpoint_vips(self) -> dict[Address, StatedAt]:
        """The virtual addresses that are the endpoint's: those of a family of which there are several are left out."""
        found = self.vips()
        versions = [address.version for address in found]
        return {address: place for address, place in found.items() if versions.count(address.version) == 1}

    def own_addresses(self) -> Iterator[tuple[str, Address, StatedAt]]:
        """The load balancers' own addresses: name, address, place."""
        for lb in self.plan.load_balancers if self.plan else ():
            for setting in (lb.address, lb.address6):
                if setting is not None:
                    yield lb.name.value, setting.value, StatedAt(setting.span)
        for node in self.fleet.nodes:
            for instance in node.keepalived.instances if node.keepalived else ():
                source = instance.unicast_src_ip
                if source is not None and source.known and source.value is not None:
                    yield node.name, source.value, StatedAt(source.span, node.name)
