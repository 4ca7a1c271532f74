"""NT002: something that keepalived itself reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from rules.live.native.view import NativeView


@rule("NT002", "keepalived-objects", Severity.WARNING, Scope.NATIVE)
def check(view: NativeView) -> Iterator[Hit]:
    """`keepalived -t` reports something in a file that no other rule reports.

    Why it hurts: keepalived leaves out or replaces what it reports, and mostly runs with the rest: without the check,
    the address or the password that the line was to set. Some of it makes the daemon end; its exit status does not tell
    which (2.2.7: 5 is both).

    How to fix: as the message says. `keepalived -t -f FILE` shows it again.

    Silent when: another rule has a finding at least as severe about the same line (or the same block, or the file, as
    far as keepalived says what it is about); the message is about the machine that was asked and not about the file
    (its interfaces, users and scripts), unless the files are its own; keepalived is not installed, another release than
    the nodes', or fails itself (2.2.7 ends with SIGTERM on some right files).
    """
    for node, span, line in view.news("keepalived"):
        yield Hit(
            span,
            f"keepalived reports this: {line.text}",
            help=f"change it as keepalived says; 'keepalived -t -f {span.source.path}' shows it again",
            severity=Severity.ERROR if line.refused else Severity.WARNING,
            node=node.name,
        )
