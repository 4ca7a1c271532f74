"""KA035: a check that is defined below the instance that tracks it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.lines import tracking

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Trackable, Tracker


@rule("KA035", "script-defined-after-use", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A `vrrp_script` (process, file, BFD instance) is defined below the instance that tracks it.

    Why it hurts: keepalived reads the file once, from top to bottom: it does not find the name ("not found, ignoring")
    and runs the instance without the check, so the VIP stays on a node whose haproxy is dead (measured with keepalived
    2.2.7; the sources of 2.4 do the same).

    How to fix: move the definition above the first `vrrp_instance` or `vrrp_sync_group` that tracks it.

    Silent when: the name is not defined anywhere (KA005), or a line is conditional.
    """
    for user in tracking(config):
        for tracker in user.trackers:
            item = config.definition(tracker)
            if item is None or not tracker.certain or not item.certain or config.defined_before(item, user):
                continue
            kind = item.directive.keyword
            yield Hit(
                tracker.span,
                f"{user.directive.keyword} '{user.title}' tracks '{tracker.name}', which is defined further down: "
                "keepalived does not find it and runs without this check",
                help=f"move the block '{kind} {tracker.name}' above '{user.directive.keyword} {user.title}'",
                note="not defined yet at this line",
                related=[(item.span, "defined here")],
                fix=partial(_fix, config, item, tracker),
            )


def _fix(config: KeepalivedConfig, item: Trackable, tracker: Tracker) -> Fix | None:
    """The definition above the first block that tracks it, so that all of them find it."""
    from rules.support.keepalived.fixing import moved_above

    users = [
        user
        for user in tracking(config)
        if any(other.kind == tracker.kind and other.name == tracker.name for other in user.trackers)
    ]
    first = min(users, key=lambda user: user.span.start)
    title = f"move '{item.directive.keyword} {tracker.name}' above '{first.directive.keyword} {first.title}'"
    return moved_above(item.directive, first.span, title)
