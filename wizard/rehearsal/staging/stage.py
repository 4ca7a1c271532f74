"""What has to stand on the stage, from the facts of the files: load balancers, API servers, and the doors of the VIPs.

Pure: nothing is started here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_interface
from typing import TYPE_CHECKING, NamedTuple

from rules.failover import read_routers
from rules.text import counted, listed
from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.staging.doors import Door, doors_of
from wizard.rehearsal.staging.names import PlayedName, name_of
from wizard.rehearsal.staging.servers import PlayedServer, servers_of

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from rules import Run
    from rules.failover import Router
    from rules.fleet import Node
    from rules.plan import Cluster

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface

MOST_NODES, MOST_SERVERS = 8, 16
"""Load balancers and API servers that one rehearsal plays; each of them is a machine with programs of its own."""
_USUAL_PREFIX = {4: 24, 6: 64}
_LONGEST = {4: 32, 6: 128}
_LOCAL = "lo"
_REPEATS = 5.0  # seconds


class Wire(NamedTuple):
    """An interface of a load balancer, the segment that its cable goes to, and its own addresses."""

    interface: str
    segment: int
    addresses: tuple[IPInterface, ...] = ()


class PlayedNode(NamedTuple):
    """A load balancer. `tracked`: whether its keepalived.conf has a vrrp_track_process; `recovers`: seconds until its
    checks count as good again; `vrrp`: the interfaces that an instance runs on; `announces`: seconds between two times
    that its owner tells the neighbours where the VIP is, None if it does so only when the VIP moves; `repeats`: seconds
    after which a new owner tells them a second time; `secured`: whether it runs only scripts that belong to root.
    """

    name: str
    wires: tuple[Wire, ...]
    tracked: bool
    recovers: float
    vrrp: tuple[str, ...]
    announces: float | None = None
    repeats: float = 5.0
    secured: bool = False

    @property
    def addresses(self) -> list[IPAddress]:
        """Its own addresses."""
        return [address.ip for wire in self.wires for address in wire.addresses]


class Stage(NamedTuple):
    """Everything that is played. `segments`: each one's networks; `notes`: what had to be assumed; `name`: that of
    the endpoint, where its cutover can be played.
    """

    nodes: tuple[PlayedNode, ...]
    servers: tuple[PlayedServer, ...]
    doors: tuple[Door, ...]
    segments: tuple[tuple[IPInterface, ...], ...]
    endpoint: str
    notes: tuple[str, ...] = ()
    name: PlayedName | None = None

    @property
    def vips(self) -> list[IPAddress]:
        """The VIPs that clients come to, each once."""
        return list(dict.fromkeys(door.vip for door in self.doors))

    @property
    def machines(self) -> int:
        """How many machines that are."""
        return len(self.nodes) + sum(server.on is None for server in self.servers) + 2

    def lost_with(self, nodes: Collection[str]) -> float:
        """Seconds until every haproxy knows that the servers on these load balancers are lost with them."""
        if self.has_none_without(nodes):
            return 0.0
        return max((s.given_up.high for s in self.servers if s.on in nodes and s.given_up is not None), default=0.0)

    def has_none_without(self, nodes: Collection[str]) -> bool:
        """Whether no server is left when these machines are gone."""
        return all(server.on in nodes or server.name in nodes for server in self.servers)

    @property
    def tracked(self) -> bool:
        """Whether a keepalived.conf has a vrrp_track_process, which needs the machine's own process table."""
        return any(node.tracked for node in self.nodes)


def stage_of(run: Run, cluster: Cluster | None) -> Stage:
    """The stage for the files of a run; raises RehearsalError for what can't be played, with what to do."""
    nodes = run.fleet.nodes
    _check_complete(nodes)
    reading = read_routers(run.fleet)
    if reading.unknown:
        raise RehearsalError(*(f"{reason}" for reason in dict.fromkeys(reading.unknown.values())))
    routers = list(reading.routers.values())
    if not any(router.vips for router in routers):
        raise RehearsalError("no keepalived.conf has a VIP that can be used, so there is nothing to fail over")
    notes: list[str] = []
    networks = _networks(routers, notes)
    wired = _Wiring(routers, networks, notes)
    played = tuple(_played(node, [r for r in routers if r.node == node.name], wired) for node in nodes)
    own = {address: node.name for node in played for address in node.addresses}
    servers = servers_of(nodes, own, _names(cluster), notes)
    if len(servers) > MOST_SERVERS:
        raise RehearsalError(f"{len(servers)} servers; a rehearsal plays at most {MOST_SERVERS}")
    doors = doors_of(nodes, _segment_of_vips(routers), notes)
    endpoint = cluster.endpoint.value if cluster is not None and cluster.endpoint is not None else ""
    name = name_of(cluster, doors, servers, notes)
    numbers = sorted({wire.segment for node in played for wire in node.wires})
    segments = tuple(tuple(networks.get(number, ())) for number in range(max(numbers) + 1))
    return Stage(played, servers, doors, segments, str(endpoint), tuple(dict.fromkeys(notes)), name)


def _check_complete(nodes: Sequence[Node]) -> None:
    if not nodes:
        raise RehearsalError("there is no haproxy.cfg or keepalived.conf to rehearse")
    if len(nodes) > MOST_NODES:
        raise RehearsalError(f"{len(nodes)} load balancers; a rehearsal plays at most {MOST_NODES}: name fewer folders")
    missing = [
        f"{node.name}: there is no {name} among its files; a rehearsal runs both daemons on each load balancer"
        for node in nodes
        for name, facts in (("haproxy.cfg", node.haproxy), ("keepalived.conf", node.keepalived))
        if facts is None
    ]
    if missing:
        raise RehearsalError(*missing)
    if len(nodes) == 1:
        raise RehearsalError(f"only one load balancer, {nodes[0].name}: there is nothing that could take over")


def _names(cluster: Cluster | None) -> dict[IPAddress, str]:
    """The control-plane nodes of halb.toml, by address."""
    if cluster is None:
        return {}
    return {
        s.address.value: s.name.value for s in cluster.control_plane if s.name is not None and s.address is not None
    }


# -- networks and wires


def _networks(routers: Sequence[Router], notes: list[str]) -> dict[int, list[IPInterface]]:
    """Segment -> a network for each family there, as the VIPs write it."""
    found: dict[int, list[IPInterface]] = {}
    for router in routers:
        member = router.member
        for vip in member.instance.usable_vips if member is not None else ():
            if vip.address is None:
                continue
            family, prefix = vip.address.version, vip.effective_prefix
            if prefix == _LONGEST[family]:
                prefix = _USUAL_PREFIX[family]
                notes.append(f"VIP {vip.address} has no prefix length: its network is taken to be a /{prefix}")
            network = ip_interface(f"{vip.address}/{prefix}")
            known = found.setdefault(router.segment, [])
            if all(vip.address not in other.network for other in known):
                known.append(network)
    return found


class _Wiring:
    """Gives each load balancer its interfaces and addresses."""

    def __init__(
        self, routers: Sequence[Router], networks: Mapping[int, Sequence[IPInterface]], notes: list[str]
    ) -> None:
        self._networks, self._notes = networks, notes
        self._owners: dict[IPAddress, str] = {}
        self._used = {vip for router in routers for vip in (*router.vips, *router.excluded)}
        self._used |= {router.source for router in routers if router.source is not None}
        self._spare = max((router.segment for router in routers), default=0)

    def wires(self, node: str, routers: Sequence[Router], others: Sequence[str]) -> tuple[Wire, ...]:
        """The wires of a load balancer; `others` are further interfaces that its file names."""
        by_interface: dict[str, list[Router]] = {}
        for router in routers:
            by_interface.setdefault(router.interface, []).append(router)
        found = []
        for interface, own in by_interface.items():
            segment = own[0].segment
            addresses: list[IPInterface] = []
            for network in self._networks.get(segment, ()):
                source = next((r.source for r in own if r.source and r.source.version == network.version), None)
                addresses.append(self._address(node, source, network))
            found.append(Wire(interface, segment, tuple(addresses)))
        for interface in others:
            if interface not in by_interface and interface != _LOCAL:
                self._spare += 1
                found.append(Wire(interface, self._spare))
        return tuple(found)

    def _address(self, node: str, source: IPAddress | None, network: IPInterface) -> IPInterface:
        if source is not None and self._owners.setdefault(source, node) == node:
            if source not in network.network:
                raise RehearsalError(
                    f"{node}: its address {source} is not in the network of VIP {network.ip}, {network.network}: they "
                    "do not fit one switch; give the VIP the prefix length of the load balancers' network"
                )
            return ip_interface(f"{source}/{network.network.prefixlen}")
        free = next(host for host in _hosts_from_the_end(network) if host not in self._used)
        self._used.add(free)
        self._owners[free] = node
        self._notes.append(f"{node}: no file says which address it has; it gets {free}")
        return ip_interface(f"{free}/{network.network.prefixlen}")


def _hosts_from_the_end(network: IPInterface) -> Iterator[IPAddress]:
    """The addresses of a network that a machine may have, the last one left out: that is the clients'."""
    last = network.network.broadcast_address
    for back in range(2, network.network.num_addresses - 1):
        yield last - back


def client_address(network: IPInterface) -> IPInterface:
    """The address of the clients' machine in a network, the last one that a machine may have."""
    return ip_interface(f"{network.network.broadcast_address - 1}/{network.network.prefixlen}")


def _played(node: Node, routers: Sequence[Router], wired: _Wiring) -> PlayedNode:
    config = node.keepalived
    if config is None or any(not router.interface for router in routers):
        raise RehearsalError(f"{node.name}: a vrrp_instance has no 'interface'")
    tracked = [t.name for i in config.instances for t in i.trackers if t.kind == "interface"]
    others = dict.fromkeys([*tracked, *(name for router in routers for name in router.elsewhere)])
    recovers = [check.recover.high for router in routers for check in router.checks]
    return PlayedNode(
        node.name,
        wired.wires(node.name, routers, list(others)),
        bool(config.processes),
        max(recovers, default=0.0),
        tuple(dict.fromkeys(router.interface for router in routers)),
        _announces(config),
        _repeats(config),
        config.global_defs.last("enable_script_security") is not None and bool(config.scripts),
    )


def _repeats(config: KeepalivedConfig) -> float:
    """The longest `garp_master_delay` of its instances (keepalived.conf(5): 5 s)."""
    everywhere = config.global_defs.decimal("vrrp_garp_master_delay", 0)
    found = [instance.decimal("garp_master_delay", 0) or everywhere for instance in config.instances]
    return max((value.value for value in found if value is not None and value.value is not None), default=_REPEATS)


def _announces(config: KeepalivedConfig) -> float | None:
    """The longest `garp_master_refresh` of its instances (keepalived.conf(5); 0 or none: never)."""
    everywhere = config.global_defs.decimal("vrrp_garp_master_refresh", 0)
    found = [instance.decimal("garp_master_refresh", 0) or everywhere for instance in config.instances]
    seconds = [value.value if value is not None else None for value in found]
    return None if not seconds or not all(seconds) else max(second for second in seconds if second)


def _segment_of_vips(routers: Sequence[Router]) -> dict[IPAddress, int]:
    return {vip: router.segment for router in routers for vip in (*router.vips, *router.excluded)}


def described(stage: Stage) -> str:
    """What is on the stage, in a line."""
    servers = counted(len(stage.servers), "server")
    doors = listed([f"{door}" for door in stage.doors])
    return f"{counted(len(stage.nodes), 'load balancer')}, {servers}, clients at {doors}"
