"""KA051: a tracked process that never matches."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig


@rule("KA051", "track-process-path", Severity.ERROR, Scope.KEEPALIVED, words=("vrrp_track_process",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`process` of a vrrp_track_process is a path, without `full_command` or `param_match`.

    Why it hurts: keepalived then compares it with the name that `ps -o comm` shows, which never has a slash: the
    process always counts as dead, and an instance that tracks it with weight 0 stays in FAULT. `keepalived -t` reports
    nothing (measured with keepalived 2.2.7).

    How to fix: write just the name, `process haproxy`, or add `full_command` (the whole command line) or `param_match
    initial` (its beginning).

    Silent when: the value comes from a variable.
    """
    for process in config.processes:
        value = process.process
        if value is None or not process.never_matches:
            continue
        path = process.argv[0]
        name = path.rstrip("/").rpartition("/")[2]
        yield Hit(
            value.span,
            f"process '{path}' of vrrp_track_process '{process.title}' is a path, which never matches a process name: "
            "it always counts as dead",
            help=f"write 'process {name}', or add 'full_command' to the block",
            note="compared with the name only",
            fix=partial(Fix.write, value.directive.span, f"process {name}", safe=False),
        )
