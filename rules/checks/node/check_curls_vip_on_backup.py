"""XN206: a check that needs the VIP which it is to move."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.commands.plain import only_files

if TYPE_CHECKING:
    from rules.fleet.node import Node
    from rules.support.commands.used import UsedCommand


@rule("XN206", "check-curls-vip-on-backup", Severity.ERROR, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """The check succeeds only where, or only while, some node has the VIP: it looks for the address or asks it.

    Why it hurts: with weight 0 a node whose check fails is in FAULT and can't become master. While nobody has the VIP
    the check fails everywhere, so nobody ever gets it (measured with keepalived 2.2.7). With another weight a check
    that asks the VIP gives the same answer on every node: when haproxy of the master dies all are lowered alike, and
    the VIP stays.

    How to fix: test haproxy on the node itself, at 127.0.0.1. If the VIP is to be asked as well, then only where it is:
    `ip addr | grep -q VIP || exit 0` in front.

    Silent when: the command succeeds without the VIP too, or what it does is not known. With another weight than 0 it
    is a warning, and reported only if no other check notices a dead haproxy.
    """
    config = node.keepalived
    if config is None:
        return
    if only_files(config):
        return
    from rules.failover.subjects import needs_vip
    from rules.failover.watching import watches
    from rules.support.commands.surroundings import Surroundings

    around = Surroundings.of(config, node.haproxy)
    seen: set[str] = set()
    for watch in watches(node):
        for item in watch.items:
            used, weightless = item.used, not item.check.weight
            if used is None or item.tracker.name in seen or (not weightless and watch.sees_haproxy):
                continue
            vip = _vip_asked(used, around.vips)
            if not vip or item.check.reverse or not needs_vip(used.meaning, around, used.runner.user):
                continue
            seen.add(item.tracker.name)
            effect = (
                "while no node has it the check fails on all of them, and with weight 0 none ever becomes master"
                if weightless
                else "no node's answer depends on its own haproxy, so the VIP stays when haproxy of the master dies"
            )
            yield Hit(
                used.span,
                f"the check of {used.title} succeeds only while a node has the VIP {vip}: {effect}",
                help=f"write a command that tests haproxy on the node itself, such as '{_command(node)}'",
                fix=partial(_fix, used, node),
                note="needs the VIP",
                severity=None if weightless else Severity.WARNING,
                node=node.name,
            )


def _command(node: Node) -> str:
    from rules.support.haproxy.requests import PROCESS, request_to

    return request_to(node.haproxy) or PROCESS


def _fix(used: UsedCommand, node: Node) -> Fix | None:
    from rules.support.keepalived.fixing import command

    return command(used, _command(node))


def _vip_asked(used: UsedCommand, vips: frozenset[str]) -> str:
    from rules.support.commands.tree import probes_of

    test = used.meaning.test
    return next((p.name for p in probes_of(test) if p.name in vips), "") if test is not None else ""
