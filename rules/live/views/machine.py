"""The machine beside the nodes' files: which node it is, and what the rules about it compare. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple, cached_property
from parsers.source import Source, Span
from rules.live.machine.observed import IPAddress, MachineObservations, Nic
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import VirtualAddress, VrrpInstance
    from parsers.facts.values import Value
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node
    from rules.support.commands.used import UsedCommand

LOCAL = {"haproxy": "/etc/haproxy/haproxy.cfg", "keepalived": "/etc/keepalived/keepalived.conf"}


class OwnVip(NamedTuple):
    """A VIP of this machine: its line, the instance, and the interface that it belongs to by the file (None:
    unknown).
    """

    address: IPAddress
    line: VirtualAddress
    instance: VrrpInstance
    interface: Value[str] | None


def own_addresses(fleet: Fleet, node: Node) -> tuple[IPAddress, ...]:
    """A node's own addresses as far as they are known: of halb.toml, unicast_src_ip and mcast_src_ip."""
    found = list(fleet.addresses.get(node.name, ()))
    for instance in node.keepalived.instances if node.keepalived else ():
        for setting in (instance.unicast_src_ip, instance.mcast_src_ip):
            if setting is not None and setting.certain and setting.value is not None:
                found.append(setting.value)
    return tuple(dict.fromkeys(found))


def commands_run(node: Node) -> Iterator[UsedCommand]:
    """The commands of a node's keepalived whose program is given by an absolute path."""
    from rules.support.commands.used import commands_of

    for used in commands_of(node.keepalived) if node.keepalived else ():
        if used.command.argv and used.command.argv[0].startswith("/"):
            yield used


class MachineView:
    """One run on one machine: the nodes' files, and what the machine shows."""

    def __init__(self, fleet: Fleet, seen: MachineObservations) -> None:
        self.fleet = fleet
        self.seen = seen

    @cached_property
    def here(self) -> Node | None:
        """The node that this machine is, or None: by its addresses; one node's files from its own /etc are its own."""
        found = self._candidates
        return found[0] if len(found) == 1 else None

    @cached_property
    def _candidates(self) -> list[Node]:
        nodes = self.fleet.nodes
        if self.seen.local and len(nodes) == 1:
            return list(nodes)
        held = self.seen.addresses
        return [node for node in nodes if held.intersection(own_addresses(self.fleet, node))]

    @property
    def node(self) -> Node:
        """The node that this machine is; only for rules, which run where there is one."""
        assert self.here is not None
        return self.here

    @property
    def nowhere(self) -> str:
        """Why this machine is not known to be one of the nodes, in words; "" if it is."""
        if self.here is not None:
            return ""
        if "interfaces" in self.seen.unknown:
            return f"which node this machine is can't be told: {self.seen.unknown['interfaces']}"
        if self._candidates:
            return f"this machine has the addresses of {listed(node.name for node in self._candidates)}"
        known = [(node, own_addresses(self.fleet, node)) for node in self.fleet.nodes]
        if not any(addresses for _, addresses in known):
            return "no file says the nodes' own addresses (unicast_src_ip, or address under [[lb]] in halb.toml)"
        words = listed(f"{node.name} ({listed(addresses)})" for node, addresses in known if addresses)
        return f"this machine has the address of none of the nodes: {words}"

    @property
    def gaps(self) -> list[tuple[str, str]]:
        """What a rule that runs can't tell here, as the rule's code and the reason."""
        reason = self.seen.unknown.get("systemd")
        return [("HO012", f"whether the daemons start at boot is not known: {reason}")] if reason and self.here else []

    @property
    def instances(self) -> list[VrrpInstance]:
        """The instances of this node."""
        return self.node.keepalived.instances if self.node.keepalived else []

    @cached_property
    def vips(self) -> list[OwnVip]:
        """The VIPs of this node that are known for certain, excluded ones too."""
        return list(_vips(self.instances))

    @cached_property
    def others(self) -> frozenset[IPAddress]:
        """The addresses of the other nodes: those in halb.toml and the files, and every peer that is listed."""
        return frozenset(_others(self.fleet, self.here))

    @cached_property
    def own(self) -> frozenset[IPAddress]:
        """The addresses of this node that are no VIPs."""
        return self.seen.addresses - {vip.address for vip in self.vips}

    def nic_of(self, instance: VrrpInstance) -> Nic | None:
        """The interface of an instance, if the file says it for certain and the machine has it."""
        return self.nic(instance.interface)

    def nic(self, setting: Value[str] | None) -> Nic | None:
        """The interface that a setting names, if it is certain and the machine has it."""
        return self.seen.nic(setting.value) if setting is not None and setting.known and setting.value else None

    def config(self, daemon: str) -> str:
        """The path of the configuration that the daemon here reads: the run's own file, or the usual place."""
        files = getattr(self.node.files, daemon)
        return files[0] if self.seen.local and files else LOCAL[daemon]

    def top(self, daemon: str) -> Span | None:
        """The first line of this node's file for a daemon: the place of what is about the file as a whole."""
        sources = self._sources(daemon)
        if not sources:
            return None
        text = sources[0].text
        start = next((at for at, letter in enumerate(text) if not letter.isspace()), 0)
        end = text.find("\n", start)
        return Span(sources[0], start, len(text) if end < 0 else end)

    def _sources(self, daemon: str) -> list[Source]:
        if daemon == "keepalived":
            return list(self.node.keepalived.document.sources) if self.node.keepalived else []
        documents = self.node.haproxy.documents if self.node.haproxy else ()
        return [document.source for document in documents]


def _vips(instances: Iterable[VrrpInstance]) -> Iterator[OwnVip]:
    for instance in instances:
        for line in (*instance.vips, *instance.excluded_vips):
            if line.certain and line.address is not None and line.lost is None:
                yield OwnVip(line.address, line, instance, line.dev or instance.interface)


def _others(fleet: Fleet, here: Node | None) -> Iterator[IPAddress]:
    for node in fleet.nodes:
        if node is not here:
            yield from own_addresses(fleet, node)
        for instance in node.keepalived.instances if node.keepalived else ():
            own = own_addresses(fleet, here) if here is not None else ()
            yield from (p.address for p in instance.unicast_peers if p.address is not None and p.address not in own)


def to_look_for(
    fleet: Fleet, local: bool
) -> tuple[tuple[tuple[IPAddress, str], ...], tuple[str, ...], tuple[str, ...]]:
    """What to look for on this machine, whichever node it is: VIPs with their interfaces, scripts, configuration
    files.
    """
    vips: dict[tuple[IPAddress, str], None] = {}
    scripts: dict[str, None] = {}
    configs = dict.fromkeys(LOCAL.values())
    for node in fleet.nodes:
        if node.keepalived is not None:
            found = [vip for vip in _vips(node.keepalived.instances) if vip.interface is not None]
            vips |= {(v.address, v.interface.raw): None for v in found if v.interface is not None and v.interface.known}
            scripts |= dict.fromkeys(used.command.argv[0] for used in commands_run(node))
        if local:
            configs |= dict.fromkeys((*node.files.haproxy, *node.files.keepalived))
    return tuple(vips), tuple(scripts), tuple(configs)


def destinations(fleet: Fleet) -> tuple[IPAddress, ...]:
    """The addresses that a load balancer connects to: the other nodes and the servers of haproxy."""
    servers = [
        server.address
        for node in fleet.nodes
        for backend in (node.haproxy.backends if node.haproxy else ())
        for server in backend.servers
        if server.address is not None
    ]
    return tuple(dict.fromkeys((*_others(fleet, None), *servers)))
