"""The model's account of a recorded scenario: the same events, one after the other, from the keepalived.conf alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple

from parsers import parse_keepalived
from parsers.facts.keepalived import keepalived_facts
from rules.engine.finding import NodeFiles
from rules.failover.model import CheckKey, Seconds, Situation, Subject
from rules.failover.vrrp.protocol import Protocol
from rules.failover.vrrp.reading import read_routers
from rules.failover.vrrp.settling import settle
from rules.failover.vrrp.transitions import End, Transition, VrrpState
from rules.fleet.fleet import Fleet
from rules.fleet.node import Node

Record = Mapping[str, Any]
Owners = dict[str, list[str]]


LEAVING = {"term": "polite", "crash_parent": "polite", "crash": "killed", "power_off": "gone"}
"""Events after which no keepalived runs, and how it went."""
SETS = {
    "start": ("down", False),
    "power_on": ("down", False),
    "hang": ("hung", True),
    "unhang": ("hung", False),
    "deaf": ("deaf", True),
    "undeaf": ("deaf", False),
    **dict.fromkeys(("if_down", "carrier_down"), ("links", True)),
    **dict.fromkeys(("if_up", "carrier_up"), ("links", False)),
    **dict.fromkeys(("script_fail", "hap_kill", "proc_kill"), ("bad", True)),
    **dict.fromkeys(("script_ok", "hap_start", "proc_start"), ("bad", False)),
}
"""Events that put something into a set of the situation (True), or take it out."""


class NotCoveredError(Exception):
    """The scenario has an event that the model has no word for."""


class Predicted(NamedTuple):
    """After one step: every outcome that can be (VIP -> nodes), when the last address was gained, whether it flaps."""

    owner_sets: list[Owners]
    seconds: tuple[float, float] | None
    flaps: bool


def play(records: Sequence[Record]) -> list[Predicted]:
    """What the model says of one scenario's steps, in their order.

    Where several outcomes can be, the next step goes on from the one that was observed.
    """
    return _Play(records[0]).run(records)


class _Play:
    def __init__(self, record: Record) -> None:
        self.nodes = list(record["nodes"])
        self.vips = list(record["vips"])
        release = record["keepalived"].split()[0]
        addresses = {name: [ip_address(a) for a in _several(given)] for name, given in record["addresses"].items()}
        fleet = Fleet([_node(name, text) for name, text in record["nodes"].items()], release, addresses)
        reading = read_routers(fleet)
        assert not reading.unknown, reading.unknown
        assert len(reading.behaviours) == 1, release
        self.protocol = Protocol(
            [
                router._replace(homeless=router.source not in addresses.get(router.node, [router.source]))
                if router.source is not None
                else router
                for router in reading.routers.values()
            ]
        )
        # A check that looks for haproxy itself finds none before the scenario starts one.
        missing = frozenset(
            check.key
            for router in self.protocol.routers
            for check in router.checks
            if check.kind == "process" or (check.subject is Subject.HAPROXY and not check.assumed)
        )
        self.situation = Situation(down=frozenset(self.nodes), bad=missing)
        self.states: set[VrrpState] = {VrrpState()}
        self.cut: frozenset[str] = frozenset()

    def run(self, records: Sequence[Record]) -> list[Predicted]:
        return [self._step(record) for record in records]

    def _step(self, record: Record) -> Predicted:
        ends: list[End] = []
        changes = [self._change(event) for event in _events(record)]
        after = self.situation
        states = self.states
        for change in changes:
            ends = [end for state in sorted(states) for end in settle(self.protocol, state, change)]
            states = {end.state for end in ends}
            after = change.after
        before, self.situation = self.states, after
        seen = {vip: sorted(nodes) for vip, nodes in record["owners_by_vip"].items()}
        self.states = {state for state in states if self._owners(state) == seen} or states
        sets: list[Owners] = []
        for end in ends:
            owners = self._owners(end.state)
            if owners not in sets:
                sets.append(owners)
        return Predicted(sets, self._seconds(ends, before), any(end.flaps for end in ends))

    def _owners(self, state: VrrpState) -> Owners:
        have = state.masters | state.stale
        units = [unit for unit in range(len(self.protocol.units)) if have >> unit & 1]
        holding = [(self.protocol.routers[r]) for unit in units for r in self.protocol.units[unit]]
        return {vip: sorted({r.node for r in holding if ip_address(vip) in r.vips | r.excluded}) for vip in self.vips}

    def _seconds(self, ends: Sequence[End], before: set[VrrpState]) -> tuple[float, float] | None:
        """When an owner of the first VIP gained it, where one did that had not been one."""
        found: Seconds | None = None
        wanted = ip_address(self.vips[0])
        for end in ends:
            gained = [
                at
                for unit, at in end.gained.items()
                if any(wanted in self.protocol.routers[r].vips for r in self.protocol.units[unit])
            ]
            if gained:
                last = Seconds(max(at.low for at in gained), max(at.high for at in gained))
                found = last if found is None else found.hull(last)
        return None if found is None else (found.low, found.high)

    def _change(self, event: Mapping[str, Any]) -> Transition:
        """One event as a change of the situation; the situation is moved on."""
        before = self.situation
        do, node, dev = event["do"], event.get("node", ""), event.get("dev", "eth0")
        nodes = frozenset(event.get("nodes") or ([node] if node else self.nodes))
        if do in LEAVING or do == "crash_child":
            after = before if do == "crash_child" else before._replace(down=before.down | nodes)
            left = {LEAVING.get(do, "gone"): nodes}
            self.situation = after
            return Transition(before, after, **left)
        if do in ("partition", "heal"):
            self.cut = self.cut | nodes if do == "partition" else self.cut - nodes
            rest = frozenset(self.nodes) - self.cut
            after = before._replace(parts=(*(frozenset([one]) for one in self.cut), rest) if self.cut else ())
        elif do in SETS:
            name, adds = SETS[do]
            hit = {"links": frozenset([(node, dev)]), "bad": self._checks(node)}.get(name, nodes)
            held = getattr(before, name)
            after = before._replace(**{name: held | hit if adds else held - hit})
        elif do == "file":
            numbers = {**dict(before.numbers), **dict.fromkeys(self._checks(node, ("file",)), int(event["number"]))}
            after = before._replace(numbers=tuple(sorted(numbers.items())))
        elif do == "reload":
            after = before
        else:
            raise NotCoveredError(f"the model knows no event '{do}'")
        self.situation = after
        return Transition(before, after)

    def _checks(self, node: str, kinds: Sequence[str] = ("script", "process")) -> frozenset[CheckKey]:
        return frozenset(
            check.key
            for router in self.protocol.routers
            if router.node == node
            for check in router.checks
            if check.kind in kinds
        )


def _events(record: Record) -> list[Mapping[str, Any]]:
    detail = record["event_detail"]
    return list(detail) if isinstance(detail, list) else [detail]


def _several(given: object) -> list[str]:
    return [given] if isinstance(given, str) else list(given)  # type: ignore[call-overload]


def _node(name: str, text: str) -> Node:
    path = f"{name}/keepalived.conf"
    return Node(NodeFiles(name, (), (path,)), None, keepalived_facts(parse_keepalived(text, path)))
