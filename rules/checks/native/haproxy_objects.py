"""NT001: something that haproxy itself reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from rules.live.native.view import NativeView


@rule("NT001", "haproxy-objects", Severity.ERROR, Scope.NATIVE)
def check(view: NativeView) -> Iterator[Hit]:
    """`haproxy -c` refuses a file, or warns of something in it, that no other rule reports.

    Why it hurts: with an error the daemon does not start, and a reload keeps the old configuration. A warning is about
    something that haproxy does otherwise than the file says; then the finding is a warning too.

    How to fix: as the message says. `haproxy -c -f FILE` shows it again.

    Silent when: another rule has a finding at least as severe about the same line (or the same section, or the file,
    as far as haproxy says what it is about); the message is about the machine that was asked and not about the file
    (users, certificates, names that can't be resolved there), unless the files are its own; haproxy is not installed,
    another release than the nodes', or fails itself.
    """
    for node, span, line in view.news("haproxy"):
        does = "refuses" if line.refused else "warns about"
        yield Hit(
            span,
            f"haproxy {does} this: {line.text}",
            help=f"change it as haproxy says; 'haproxy -c -f {span.source.path}' shows it again",
            severity=Severity.ERROR if line.refused else Severity.WARNING,
            node=node.name,
        )
