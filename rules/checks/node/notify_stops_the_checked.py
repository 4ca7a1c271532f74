"""KA055: a notify script stops what a check tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.commands.plain import only_files

if TYPE_CHECKING:
    from rules.fleet.node import Node
    from rules.support.commands.used import UsedCommand

_ON_BACKUPS = ("notify_backup", "notify_fault")


@rule("KA055", "notify-stops-the-checked", Severity.WARNING, Scope.NODE, words=("notify",))
def check(node: Node) -> Iterator[Hit]:
    """`notify_backup` or `notify_fault` stops the haproxy that a check of the same node tests.

    Why it hurts: on every node without the VIP haproxy is down, so its check fails there. With weight 0 the backup is
    in FAULT and never takes over; with another weight its priority is lowered while it should be ready, and two nodes
    can pass the VIP to and fro (what keepalived does with a failing check is measured with 2.2.7).

    How to fix: let haproxy run on every node, with `bind *:PORT`, and remove the notify script; or remove the check.

    Silent when: no check of the node tests haproxy. A script file whose name says "stop" and "haproxy" is an info, as
    it is not read; `notify_stop`, which runs when keepalived itself ends, does no harm.
    """
    config = node.keepalived
    if config is None or not config.complete:
        return
    if only_files(config):
        return
    from rules.failover.model import Subject
    from rules.failover.watching import watches
    from rules.support.commands.used import commands_of

    notifying = [used for used in commands_of(config) if used.keyword in _ON_BACKUPS]
    stopping = [(used, sure) for used in notifying if (sure := _stops_haproxy(used)) is not None]
    if not stopping:
        return
    checks = [i for w in watches(node) for i in w.items if i.check.subject is Subject.HAPROXY and not i.check.unknown]
    if not checks:
        return
    place = checks[0].used.span if checks[0].used is not None else checks[0].tracker.span
    for used, sure in stopping:
        does = "stops haproxy" if sure else "by its name stops haproxy"
        yield Hit(
            used.span,
            f"'{used.keyword}' {does}, and {checks[0].check.kind} '{checks[0].tracker.name}' checks it: on every node "
            "without the VIP the check fails, so that node is not ready to take over",
            help=f"remove '{used.keyword}', and let haproxy run on every node",
            note="stops what is checked",
            related=[(place, "it checks haproxy")],
            fix=partial(Fix.remove, used.line.span, title=f"remove '{used.keyword}'", safe=False),
            severity=None if sure else Severity.INFO,
            node=node.name,
        )


def _stops_haproxy(used: UsedCommand) -> bool | None:
    """Whether a command stops haproxy for certain (True) or by its name (False); None if nothing says so."""
    from rules.support.commands.actions import actions_of
    from rules.support.commands.probes import is_haproxy

    program = used.meaning.program
    if program is None:
        return None
    if any(action.stops and is_haproxy(action.name) for action in actions_of(program)):
        return True
    name = (program.file or program.path).rpartition("/")[2].lower()
    arguments = {word.lower() for word in program.args}
    stops = re.search(r"stop|kill|down", name) is not None or "stop" in arguments
    named = is_haproxy(name) or any(is_haproxy(word.rpartition("/")[2]) for word in program.args)
    return False if stops and named and program.shell is None else None
