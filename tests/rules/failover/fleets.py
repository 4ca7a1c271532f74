"""Fleets in few words, and what the model says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rules.engine.options import Options
from rules.engine.run import Run
from rules.failover.model import CheckKey, Seconds, Situation
from rules.failover.table.rows import Block, FailoverTable, Row
from rules.failover.table.table import failover_table
from rules.failover.vrrp.protocol import Protocol
from rules.failover.vrrp.reading import read_routers
from rules.failover.vrrp.settling import settle
from rules.failover.vrrp.transitions import End, Transition, VrrpState
from rules.fleet.fleet import Fleet

HAPROXY = "pgrep haproxy"


def script(
    weight: int | None = None, *, command: str = HAPROXY, interval: int = 2, fall: int = 2, rise: int = 2
) -> str:
    """A vrrp_script 'check'."""
    lines = [f'script "{command}"', f"interval {interval}", f"fall {fall}", f"rise {rise}"]
    if weight is not None:
        lines.append(f"weight {weight}")
    return "vrrp_script check {\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


def instance(
    priority: int | str,
    *lines: str,
    vips: Sequence[str] = ("192.0.2.10/24",),
    vrid: int = 51,
    interface: str = "eth0",
    name: str = "API",
    state: str = "BACKUP",
    advert: float = 1,
) -> str:
    """A vrrp_instance; `lines` are further lines of it."""
    settings = [f"state {state}", f"interface {interface}", f"virtual_router_id {vrid}"]
    settings += [f"priority {priority}", f"advert_int {advert:g}", *lines]
    body = "".join(f"    {line}\n" for line in settings)
    addresses = "".join(f"        {vip}\n" for vip in vips)
    return f"vrrp_instance {name} {{\n{body}    virtual_ipaddress {{\n{addresses}    }}\n}}\n"


def unicast(own: int, *peers: int) -> str:
    """The lines of a unicast instance at 192.0.2.OWN."""
    listed = "".join(f" 192.0.2.{peer}\n" for peer in peers)
    return f"unicast_src_ip 192.0.2.{own}\n    unicast_peer {{\n{listed}    }}"


TRACK = "track_script {\n check\n }"


def checked(priority: int, weight: int | None, *lines: str, interval: int = 2, fall: int = 2) -> str:
    """An instance that tracks a check of haproxy."""
    return script(weight, interval=interval, fall=fall) + instance(priority, TRACK, *lines)


HAPROXY = "defaults\n    mode tcp\nfrontend api\n    bind *:6443\n"


def fleet_of(nodes: Mapping[str, str], haproxy: str = "") -> Fleet:
    """The nodes with their keepalived.conf, and the same haproxy.cfg if one is given."""
    files = {f"{name}/keepalived.conf": text for name, text in nodes.items()}
    files |= {f"{name}/haproxy.cfg": haproxy for name in nodes if haproxy}
    return Run(files, Options()).fleet


def table_of(nodes: Mapping[str, str]) -> FailoverTable:
    return failover_table(fleet_of(nodes))


def block_of(nodes: Mapping[str, str]) -> Block:
    """The one block of a fleet with one VIP."""
    (block,) = table_of(nodes).blocks
    return block


def rows_of(nodes: Mapping[str, str]) -> dict[str, Row]:
    """The rows by the name of their events; the VIP is known."""
    block = block_of(nodes)
    assert not block.unknown, block.unknown
    return {row.event: row for row in block.rows}


def protocol_of(nodes: Mapping[str, str]) -> Protocol:
    reading = read_routers(fleet_of(nodes))
    assert not reading.unknown, reading.unknown
    return Protocol(list(reading.routers.values()))


class Happened:
    """A fleet in which one thing happens after the other, beginning with no keepalived anywhere."""

    def __init__(self, nodes: Mapping[str, str]) -> None:
        self.protocol = protocol_of(nodes)
        self.nodes = tuple(nodes)
        self.situation = Situation(down=frozenset(nodes))
        self.state = VrrpState()
        self.last: tuple[End, ...] = ()

    def start(self, *names: str) -> Happened:
        """keepalived starts on these nodes, on all without names."""
        return self._to(self.situation._replace(down=self.situation.down - frozenset(names or self.nodes)))

    def power_off(self, node: str) -> Happened:
        gone = frozenset([node])
        return self._to(self.situation._replace(down=self.situation.down | gone), gone=gone)

    def kill(self, node: str) -> Happened:
        killed = frozenset([node])
        return self._to(self.situation._replace(down=self.situation.down | killed), killed=killed)

    def stop(self, node: str) -> Happened:
        polite = frozenset([node])
        return self._to(self.situation._replace(down=self.situation.down | polite), polite=polite)

    def hang(self, node: str) -> Happened:
        return self._to(self.situation._replace(hung=self.situation.hung | {node}))

    def wake(self, node: str) -> Happened:
        return self._to(self.situation._replace(hung=self.situation.hung - {node}))

    def cut(self, *side: str) -> Happened:
        """The network is cut: these nodes on one side."""
        other = frozenset(self.nodes) - frozenset(side)
        return self._to(self.situation._replace(parts=(frozenset(side), other)))

    def heal(self) -> Happened:
        return self._to(self.situation._replace(parts=()))

    def unplug(self, node: str, interface: str = "eth0") -> Happened:
        return self._to(self.situation._replace(links=self.situation.links | {(node, interface)}))

    def fail(self, *names: str) -> Happened:
        """The checks of these nodes fail."""
        return self._to(self.situation._replace(bad=self.situation.bad | self._checks(names)))

    def recover(self, *names: str) -> Happened:
        return self._to(self.situation._replace(bad=self.situation.bad - self._checks(names)))

    def _checks(self, names: Iterable[str]) -> frozenset[CheckKey]:
        wanted = set(names)
        return frozenset(c.key for r in self.protocol.routers if r.node in wanted for c in r.checks)

    def _to(self, after: Situation, **how: frozenset[str]) -> Happened:
        self.last = settle(self.protocol, self.state, Transition(self.situation, after, **how))
        self.situation, self.state = after, self.last[0].state
        return self

    def _nodes(self, units: int) -> tuple[str, ...]:
        return tuple(self.protocol.node_of(u) for u in range(len(self.protocol.units)) if units >> u & 1)

    @property
    def owners(self) -> list[tuple[str, ...]]:
        """The masters in each way in which the last change can end."""
        return sorted(self._nodes(end.state.masters) for end in self.last)

    @property
    def holders(self) -> list[tuple[str, ...]]:
        return sorted(self._nodes(end.state.masters | end.state.stale) for end in self.last)

    @property
    def flaps(self) -> bool:
        return any(end.flaps for end in self.last)

    def seconds(self, node: str) -> Seconds:
        """When this node became master by the last change, which ends in one way."""
        (end,) = self.last
        (at,) = (at for unit, at in end.gained.items() if self.protocol.node_of(unit) == node)
        return Seconds(round(at.low, 3), round(at.high, 3))
