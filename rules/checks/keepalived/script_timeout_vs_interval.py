"""KA009: a check that may take longer than its interval."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig


@rule("KA009", "script-timeout-vs-interval", Severity.INFO, Scope.KEEPALIVED, words=("timeout",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`timeout` of a vrrp_script is longer than its `interval`.

    Why it hurts: a run that hangs, as when haproxy accepts connections and does not answer, counts as failed only after
    `timeout`: the VIP moves later than `interval` and `fall` promise. Meanwhile keepalived logs "already running,
    expect idle - skipping run" (measured with 2.2.7).

    How to fix: write a `timeout` that is not longer than `interval`, or leave it out: the default is the interval.

    Silent when: a value is not known.
    """
    for script in config.scripts:
        timeout, interval, seconds = script.timeout, script.effective_interval, script.effective_timeout
        if timeout is None or not timeout.known or interval is None or seconds is None or seconds <= interval:
            continue
        yield Hit(
            timeout.span,
            f"'timeout {timeout.raw}' of vrrp_script '{script.title}' is longer than its interval of {interval:g} s: a "
            f"check that hangs counts as failed only after {seconds:g} s",
            help=f"write 'timeout {interval:g}'",
            note=f"interval {interval:g}",
            fix=partial(Fix.write, timeout.span, f"{interval:g}", f"write 'timeout {interval:g}'", safe=False),
        )
