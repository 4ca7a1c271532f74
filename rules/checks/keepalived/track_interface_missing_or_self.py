"""KA033: an instance that tracks its own interface."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Tracker
    from parsers.facts.values import Value


@rule("KA033", "track-interface-missing-or-self", Severity.INFO, Scope.KEEPALIVED, words=("track_interface",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`track_interface` lists the instance's own interface.

    Why it hurts: keepalived reports the line and ignores it with its weight, and `keepalived -t` exits with 5. It
    tracks that interface anyway: without link the instance is in FAULT. Only with `dont_track_primary` it does not, and
    then nothing watches the interface, in spite of the line (measured with 2.2.7).

    How to fix: remove the line, and `dont_track_primary` if there is one.

    Silent when: one of the names comes from a variable. That a second uplink is not tracked can't be seen in the file,
    and is not reported.
    """
    for instance in config.instances:
        own = instance.interface
        if own is None or not own.known:
            continue
        loose = instance.dont_track_primary
        for tracker in instance.trackers:
            if tracker.kind == "interface" and tracker.certain and tracker.name == own.value:
                yield Hit(
                    tracker.span,
                    f"keepalived reports and ignores this line: {own.value} is the interface of vrrp_instance "
                    f"'{instance.title}', "
                    + (
                        "which it tracks anyway"
                        if loose is None
                        else "which it does not track with 'dont_track_primary'"
                    ),
                    help="remove the line" if loose is None else "remove 'dont_track_primary' and this line",
                    note="ignored",
                    related=[
                        (own.span, "tracked without being listed") if loose is None else (loose.span, "not tracked")
                    ],
                    severity=None if loose is None else Severity.WARNING,
                    fix=partial(_fix, tracker, loose),
                )


def _fix(tracker: Tracker, loose: Value[bool] | None) -> Fix | None:
    """The line goes, and its block if nothing else is in it."""
    from rules.support.keepalived.fixing import without_block

    alone = len(tracker.block.children or ()) == 1
    fix = without_block(tracker.block, "remove the block") if alone else Fix.remove(tracker.directive.span)
    if fix is None or loose is None:
        return fix
    return fix.also(Fix.remove(loose.directive.span, safe=False), title="remove 'dont_track_primary' and the line")
