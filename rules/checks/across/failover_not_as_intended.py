"""XN026: what the failover table shows and no other rule has said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.failover.table.causes import CauseKind
from rules.support.compare import place_of
from rules.text.wording import counted, listed

if TYPE_CHECKING:
    from rules.failover.table.causes import Cause
    from rules.failover.table.rows import Block, Row
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node

_MOST_NODES = 6
_MOST_BLOCKS = 16
"""With more nodes or virtual routers than these, only single failures are looked at."""

_CHECKS = ("KA008", "KA037", "KA041", "KA046", "KA051", "KA052", "KA053", "KA056", "XN204", "XN206")
# By kind of cause: the keywords to point to, what to do, and the rules that report it.
_ABOUT: dict[CauseKind, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    CauseKind.VRID: (("virtual_router_id",), "write the same 'virtual_router_id' on every node", ("XN002",)),
    CauseKind.VERSION: (("version",), "write the same 'vrrp_version' on every node", ("XN008",)),
    CauseKind.SOURCE: (("unicast_src_ip",), "list each other node's address in 'unicast_peer'", ("XN005", "XN015")),
    CauseKind.AUTHENTICATION: (
        ("auth_pass", "auth_type"),
        "write the same 'authentication' block on every node",
        ("XN004",),
    ),
    CauseKind.ADVERT_INT: (("advert_int",), "write the same 'advert_int' on every node", ("XN007",)),
    CauseKind.ADDRESSES: (
        (),
        "list the same addresses in 'virtual_ipaddress' of every node",
        ("XN003", "XN021", "KA023", "KA043"),
    ),
    CauseKind.UNHEARD: (
        ("unicast_src_ip",),
        "list every other node's 'unicast_src_ip' in 'unicast_peer', on every node",
        ("XN005", "XN006", "XN009", "XN015", "XN020", "XN023", "XN024", "KA013", "KA014", "KA028", "KA029"),
    ),
    CauseKind.GROUP: (("mcast_dst_ip",), "write the same 'mcast_dst_ip' on every node", ()),
    CauseKind.REFUSED: ((), "correct the file; 'keepalived -t' shows what it refuses", ("XN022", "KA048", "KA030")),
    CauseKind.OWN_ADDRESS: (("unicast_src_ip",), "take an address that no machine has as the VIP", ("KA001", "KA014")),
    CauseKind.FOREIGN_SOURCE: (
        ("unicast_src_ip",),
        "set 'unicast_src_ip' on every node to the node's own address",
        ("XN009", "XN015", "XN023", "XN024"),
    ),
    CauseKind.FAULT: ((), "correct the check that fails although haproxy runs", _CHECKS),
    CauseKind.NO_CHECK: (
        (),
        "",  # _new_check
        ("KA006", "KA005", "KA007", "KA008", "KA027", "KA035", "KA036", "KA047", "KA056", "XN204", "XN206"),
    ),
    CauseKind.HIGHEST: (("priority",), "write a priority below 255", ("XN001", "KA002", "KA036")),
    CauseKind.WEIGHT: (
        ("priority",),
        "write 'weight 0' for the check of haproxy, with which a failing node releases the VIP",
        ("XN001", "KA002", "KA003", "KA036"),
    ),
    CauseKind.NOPREEMPT: (("nopreempt",), "remove 'nopreempt', or write 'weight 0' for the check", ("XN001", "KA003")),
    CauseKind.OTHER: ((), "compare the files of the nodes", ("XN001", "XN009", "XN015", "XN021", "XN023", "XN024")),
}


@rule("XN026", "failover-not-as-intended", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The failover table has a row that is not as it should be, and no other finding explains it.

    Why it hurts: the table is computed from the files of all nodes: which node has the VIP when all is well, and after
    every failure. An error if more or fewer than one node has it when all is well, or if haproxy dies on the node that
    has it and the VIP stays there, or disappears although another node could serve; a warning for other failures. The
    message is the row's; `--failover` shows the whole table.

    How to fix: the help says what to change for the cause that the row names.

    Silent when: another rule reports the cause as at least as severe; the row is a known limit, that is, no VRRP set-up
    avoids it (keepalived is killed and leaves its address behind, the network is split, no node is left that could
    serve); the outcome depends on something that is not known; no file shows that haproxy runs on the node. Pairs of
    failures are looked at for up to six nodes and 16 virtual routers.
    """
    from rules.failover.table.table import failover_table

    if not any(node.keepalived is not None and node.keepalived.instances for node in fleet.nodes):
        return
    few = len(fleet.nodes) <= _MOST_NODES and sum(_routers(node) for node in fleet.nodes) <= 2 * _MOST_BLOCKS
    for block in failover_table(fleet, pairs=few).blocks:
        for severity, rows in _by_cause(fleet, block):
            if hit := _hit(fleet, block, severity, rows):
                yield hit


def _routers(node: Node) -> int:
    return len(node.keepalived.instances) if node.keepalived is not None else 0


def _by_cause(fleet: Fleet, block: Block) -> Iterator[tuple[Severity, list[Row]]]:
    """The faults by cause, each with the severity of its first row; without rows that a part of them explains."""
    faults = {row.events: row for row in block.rows if row.verdict.fault}
    healthy = {node for row in block.rows if not row.events for outcome in row.outcomes for node in outcome.owners}
    found: dict[str, list[tuple[Severity, Row]]] = {}
    for events, row in faults.items():
        severity = _severity(fleet, row, healthy)
        parts = (part for size in range(len(events)) for part in combinations(events, size))
        if severity is Severity.ERROR or not any(part in faults for part in parts):
            found.setdefault(row.cause.kind.value, []).append((severity, row))
    for rows in found.values():
        rows.sort(key=lambda item: -item[0])  # stable: the first of the most severe ones
        yield rows[0][0], [row for _, row in rows]


def _hit(fleet: Fleet, block: Block, severity: Severity, rows: Sequence[Row]) -> Hit | None:
    row, more = rows[0], len(rows) - 1
    cause = row.cause
    routers = [router for router in cause.routers if router.member is not None]
    if not routers:
        return None
    keywords, advice, codes = _ABOUT[cause.kind]
    places = [
        Related(place_of(router.member, *keywords), _note(cause, router.node), router.node)
        for router in routers
        if router.member is not None
    ]
    also = f" ({counted(more, 'other row')} of the failover table for the same reason)" if more else ""
    return Hit(
        places[0].span,
        f"{_when(row)}{_outcome(row, block)}: {row.why}{also}",
        help=_new_check(fleet, places[0].node) if cause.kind.value == "no check" else advice,
        note=places[0].note,
        related=places[1:],
        severity=severity,
        node=places[0].node,
        unless=codes,
    )


def _new_check(fleet: Fleet, name: str | None) -> str:
    from rules.support.haproxy.requests import PROCESS, new_script, request_to

    node = next(node for node in fleet.nodes if node.name == name)
    assert node.keepalived is not None
    return new_script(node.keepalived, "checks", request_to(node.haproxy) or PROCESS)


def _severity(fleet: Fleet, row: Row, healthy: set[str]) -> Severity:
    if not row.events:
        return Severity.ERROR
    (event, *more) = row.events
    if not more and event.kind.value == "haproxy" and event.node in healthy and _serves(fleet, event.node):
        return Severity.ERROR
    return Severity.WARNING


def _serves(fleet: Fleet, name: str) -> bool:
    """Whether the node's files show an haproxy with a frontend."""
    return any(node.name == name and node.haproxy is not None and node.haproxy.frontends for node in fleet.nodes)


_WHEN = {
    "power": "{0} is gone",
    "keepalived": "keepalived is killed on {0}",
    "keepalived-stop": "keepalived stops on {0}",
    "haproxy": "haproxy dies on {0}",
    "link": "{0} has no link",
    "partition": "{0} can't hear {1}",
}


def _when(row: Row) -> str:
    if not row.events:
        return "with all nodes healthy, "
    parts = [_WHEN[event.kind.value].format(listed(event.nodes), listed(event.others)) for event in row.events]
    return f"when {listed(parts)}, "


def _outcome(row: Row, block: Block) -> str:
    vip = block.what
    outcome = row.worst
    if outcome.flaps:
        return f"{vip} moves back and forth"
    match row.verdict.value:
        case "split-brain":
            return f"{listed(_in_order(outcome.holders, block.nodes))} hold {vip} at the same time"
        case "failing-owner":
            return f"{vip} stays on {listed(outcome.owners)}, although another node could serve"
    return f"no node holds {vip}"


def _in_order(nodes: Sequence[str], order: Sequence[str]) -> list[str]:
    return sorted(nodes, key=order.index)


def _note(cause: Cause, node: str) -> str:
    return f"{node}: {cause.kind.value}"
