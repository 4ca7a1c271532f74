"""The cluster behind the load balancers, as files describe it: halb.toml, kubeadm's configuration, and the nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from parsers.facts.kubernetes import ClusterConfiguration, KubeadmConfig, NodeConfiguration
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.plan.model import Cluster

    Address = IPv4Address | IPv6Address

KUBEADM = "kubeadm"
PLAN = "halb.toml"


class StatedAt(NamedTuple):
    """Where something is said: the span, and the node whose file it is (None: halb.toml, the command line, kubeadm)."""

    span: Span
    node: str | None = None


class ClusterFiles:
    """What is known of the cluster: the fleet, halb.toml or options (`plan`), and the files of kubeadm."""

    def __init__(self, fleet: Fleet, plan: Cluster | None, kubeadm: Sequence[KubeadmConfig]) -> None:
        self.fleet = fleet
        self.plan = plan
        self.kubeadm = tuple(config for config in kubeadm if config.certain)

    @property
    def known(self) -> frozenset[str]:
        """Which files there are besides those of the nodes, in the words of `Rule.needs`."""
        return frozenset([KUBEADM] * bool(self.kubeadm) + [PLAN] * (self.plan is not None))

    @property
    def cluster(self) -> ClusterConfiguration | None:
        """The `ClusterConfiguration`; None without one, or if those of several clusters were given."""
        found = [cluster for config in self.kubeadm for cluster in config.clusters]
        several = {cluster.endpoint_value and cluster.endpoint_value.text for cluster in found}
        return found[0] if len(several) == 1 else None

    @property
    def control_plane(self) -> list[NodeConfiguration]:
        """Every `InitConfiguration`, and `JoinConfiguration` of a control-plane node."""
        return [node for config in self.kubeadm for node in config.nodes]

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
