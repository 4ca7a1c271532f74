"""KA052: `reverse` on a check of haproxy, with weight 0."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.lines import tracking
from rules.support.keepalived.weights import tracked, weight_span

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Tracker
    from rules.fleet.node import Node
    from rules.support.commands.used import UsedCommand


@rule("KA052", "check-turned-round", Severity.ERROR, Scope.NODE, words=("reverse",))
def check(node: Node) -> Iterator[Hit]:
    """A check of haproxy is tracked with `weight 0 reverse`.

    Why it hurts: `reverse` turns the result round. While haproxy runs the instance is in FAULT, and no node has the
    VIP; it is taken only where haproxy is dead (measured with keepalived 2.2.7).

    How to fix: write `weight 0` without `reverse`. It is meant for tests such as "the maintenance file exists".

    Silent when: the check tests something else, or is a script file whose name does not say "alive" or "health".
    `reverse` with another weight is XN001.
    """
    config = node.keepalived
    if config is None or not any(config.tracker_reverse(t) for user in tracking(config) for t in user.trackers):
        return
    from rules.failover.model import Subject
    from rules.failover.watching import watches

    seen: set[object] = set()
    for watch in watches(node):
        for item in watch.items:
            found, tracker = item.check, item.tracker
            if found.weight or not found.reverse or found.subject is not Subject.HAPROXY:
                continue
            if found.unknown and not (item.used is not None and _is_named_alive(item.used)):
                continue
            if found.kind not in ("script", "process") or found.key in seen:
                continue
            seen.add(found.key)
            yield Hit(
                weight_span(config, tracker),
                f"'reverse' turns {tracked(tracker)} round: while haproxy runs, vrrp_instance '{watch.instance.title}' "
                "is in FAULT, and it can hold the VIP only when haproxy is dead",
                help="remove 'reverse'",
                note="FAULT while haproxy runs",
                related=[(tracker.span, "tracked here")],
                fix=partial(_fix, config, tracker),
                node=node.name,
            )


def _is_named_alive(used: UsedCommand) -> bool:
    """Whether a script's name says that it succeeds while all is well."""
    name = (used.command.argv[0] if used.command.argv else "").rpartition("/")[2].lower()
    return any(word in name for word in ("alive", "health"))


def _fix(config: KeepalivedConfig, tracker: Tracker) -> Fix | None:
    item = config.definition(tracker)
    line = tracker.directive if tracker.reverse else item.last("weight") if item is not None else None
    words = line.words if line is not None else ()
    last = next((n for n, word in enumerate(words) if word.value == "reverse"), 0)
    if not last:
        return None
    before, word = words[last - 1], words[last]
    return Fix.write(word.source.span(before.end, word.end), "", "remove 'reverse'", safe=False)
