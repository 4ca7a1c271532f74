"""The endpoint as configured: its name and the addresses that belong to it, each with its place.

halb.toml (or the command line) and the configurations of the nodes describe it together: if both have an address, the
line of the configuration is its place, since that is what does not work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from parsers.source import Span
from rules.engine.finding import Related
from rules.fleet.fleet import Fleet
from rules.fleet.node import Node
from rules.plan.model import KeyPath
from rules.plan.ports import endpoint_port
from rules.plan.schema import SCHEMA
from rules.text.wording import socket_name

if TYPE_CHECKING:
    from parsers.facts.keepalived import VirtualAddress, VrrpInstance
    from rules.plan.model import Cluster, IPAddress, Phase, Setting


class Part(StrEnum):
    """The role of an address in the endpoint."""

    VIP = "VIP"
    LOAD_BALANCER = "load balancer"
    CONTROL_PLANE = "control-plane node"


class Target(NamedTuple):
    """One address that belongs to the endpoint, and its place.

    `name` is the machine's ("" for a VIP). `node` is the load balancer whose file has the place; None for halb.toml
    and the command line. `also` are the places of the same address in the files of other nodes.
    """

    part: Part
    name: str
    address: IPAddress
    port: int
    span: Span
    node: str | None = None
    also: tuple[tuple[Span, str], ...] = ()

    @property
    def label(self) -> str:
        """Its name in messages: `VIP 192.168.2.140`, `lb1 (192.168.2.141)`."""
        return f"{self.part.value} {self.address}" if self.part is Part.VIP else f"{self.name} ({self.address})"

    @property
    def socket(self) -> str:
        """`192.168.2.140:6443`, `[fd00::1]:6443`."""
        return socket_name(self.address, self.port)

    def related(self, note: str) -> list[Related]:
        """The further places of the address, for a hit at `span`."""
        return [Related(span, note, node) for span, node in self.also]


class Endpoint(NamedTuple):
    """What is known about the endpoint before any query.

    `name` and `phase` are None if they are not set. `control_plane` has the initial master first if it is known
    (`has_initial_master`). `not_queried` are load balancers that listen on the VIP only. `notes` say what is left
    out, and why. `check` is haproxy's health check in the files of a halb.toml (`readyz`, `readyz-401`, `tcp`), ""
    without one.
    """

    name: Setting[str] | None
    port: int
    phase: Setting[Phase] | None
    vips: tuple[Target, ...] = ()
    load_balancers: tuple[Target, ...] = ()
    control_plane: tuple[Target, ...] = ()
    has_initial_master: bool = False
    not_queried: tuple[Target, ...] = ()
    notes: tuple[str, ...] = ()
    check: str = ""

    @property
    def initial_master(self) -> Target | None:
        """The control-plane node that the name points to in the bootstrap phase, or None if it is not known."""
        return self.control_plane[0] if self.has_initial_master and self.control_plane else None

    @property
    def targets(self) -> tuple[Target, ...]:
        """Everything that should answer, in the order that a request passes through."""
        return (*self.vips, *self.load_balancers, *self.control_plane)


def endpoint_of(cluster: Cluster | None, fleet: Fleet) -> Endpoint:
    """The endpoint that halb.toml, the command line and the nodes' files describe together."""
    port = endpoint_port(cluster)
    notes: list[str] = []
    vips = _vips(cluster, fleet, port, notes)
    not_queried: list[Target] = []
    return Endpoint(
        name=cluster.endpoint if cluster else None,
        port=port,
        phase=cluster.phase if cluster else None,
        vips=vips,
        load_balancers=_load_balancers(cluster, fleet, vips, port, not_queried),
        control_plane=_control_plane(cluster, fleet),
        has_initial_master=bool(cluster and cluster.control_plane and cluster.control_plane[0].address),
        not_queried=tuple(not_queried),
        notes=tuple(notes),
        check=_check(cluster) if cluster else "",
    )


def _check(cluster: Cluster) -> str:
    """The health check that the files of a halb.toml have: what it says, else the usual one."""
    said = cluster.values.get(KeyPath("haproxy", 0, "check"))
    return str(said.value if said else SCHEMA["haproxy"].keys["check"].default)


def _merged(targets: Iterable[Target]) -> tuple[Target, ...]:
    """One target per address and port: the first, with its further places in the nodes' files."""
    found: dict[tuple[IPAddress, int], list[Target]] = {}
    for target in targets:
        found.setdefault((target.address, target.port), []).append(target)
    return tuple(
        first._replace(also=(*first.also, *((other.span, other.node) for other in others if other.node is not None)))
        for first, *others in found.values()
    )


def _instances(fleet: Fleet) -> Iterator[tuple[Node, VrrpInstance]]:
    for node in fleet.nodes:
        if node.keepalived:
            for instance in node.keepalived.instances:
                yield node, instance


def _vips(cluster: Cluster | None, fleet: Fleet, port: int, notes: list[str]) -> tuple[Target, ...]:
    lines: dict[IPAddress, list[tuple[Node, VirtualAddress]]] = {}
    for node, instance in _instances(fleet):
        for vip in instance.usable_vips:
            if vip.address is not None:
                lines.setdefault(vip.address, []).append((node, vip))
    given = [s for s in (cluster.vip.address, cluster.vip.address6) if s] if cluster else []
    if given:
        wanted = {setting.value.ip: setting.span for setting in given}
    else:
        wanted = {address: places[0][1].span for address, places in lines.items()}
        for version in (4, 6):
            several = [address for address in wanted if address.version == version]
            if len(several) > 1:
                words = ", ".join(map(str, several))
                notes.append(f"several VIPs in the files ({words}); choose the endpoint's with '--vip'")
                wanted = {address: span for address, span in wanted.items() if address.version != version}
    targets = []
    for address, span in wanted.items():
        own = [Target(Part.VIP, "", address, port, vip.span, node.name) for node, vip in lines.get(address, ())]
        targets += own or [Target(Part.VIP, "", address, port, span)]
    return _merged(targets)


def _load_balancers(
    cluster: Cluster | None, fleet: Fleet, vips: tuple[Target, ...], port: int, not_queried: list[Target]
) -> tuple[Target, ...]:
    targets: list[Target] = []
    for name, address, span, node in _own_addresses(cluster, fleet, {vip.address for vip in vips}):
        elsewhere = any(_listens_elsewhere(n, address, port) for n in fleet.nodes if n.name == name)
        (not_queried if elsewhere else targets).append(Target(Part.LOAD_BALANCER, name, address, port, span, node))
    return _merged(targets)


def _own_addresses(
    cluster: Cluster | None, fleet: Fleet, vips: set[IPAddress]
) -> Iterator[tuple[str, IPAddress, Span, str | None]]:
    """Each load balancer's own addresses: name, address, place, and the node whose file has the place."""
    named = set()
    for lb in cluster.load_balancers if cluster else ():
        for setting in (lb.address, lb.address6):
            if setting is not None:
                named.add(lb.name.value)
                yield lb.name.value, setting.value, setting.span, None
    for node, instance in _instances(fleet):
        source = instance.unicast_src_ip
        if node.name in named or source is None or source.value is None or not source.certain:
            continue
        if not vips or any(vip.address in vips for vip in instance.vips):
            yield node.name, source.value, source.span, node.name


def _listens_elsewhere(node: Node, own: IPAddress, port: int) -> bool:
    """Whether the node's haproxy listens for the API, and certainly not on this own address."""
    if node.haproxy is None or not node.haproxy.complete:
        return False
    from rules.support.haproxy.routing import api_proxies

    frontends = {id(frontend): frontend for proxy in api_proxies(node.haproxy) for frontend in proxy.frontends}
    addresses = [address for f in frontends.values() for bind in f.binds for address in bind.addresses]
    return bool(addresses) and all(
        address.certain
        and address.address is not None
        and not address.is_wildcard
        and not (address.address == own and address.covers_port(port))
        for address in addresses
    )


def _control_plane(cluster: Cluster | None, fleet: Fleet) -> tuple[Target, ...]:
    servers = _merged(_servers(fleet))
    targets = []
    for node in cluster.control_plane if cluster else ():
        if node.address is None:
            continue
        own = Target(Part.CONTROL_PLANE, node.name.value, node.address.value, node.port.value, node.address.span)
        line = next((s for s in servers if (s.address, s.port) == (own.address, own.port)), None)
        targets.append(line._replace(name=own.name) if line else own)
    # If halb.toml lists the control plane, that is all of it; another server is not a member.
    return tuple(targets) or servers


def _servers(fleet: Fleet) -> Iterator[Target]:
    from rules.support.haproxy.routing import api_proxies

    for node in fleet.nodes:
        for proxy in api_proxies(node.haproxy) if node.haproxy else ():
            for server in proxy.backend.servers:
                if server.address is not None and server.port is not None and not server.template:
                    name = server.name.value or server.name.raw
                    yield Target(Part.CONTROL_PLANE, name, server.address, server.port, server.address_span, node.name)
