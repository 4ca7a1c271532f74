"""KA010: a check that takes long to notice a dead service."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.lines import tracking
from rules.text.wording import counted, seconds

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpScript
    from parsers.source import Span

_LONG = 10.0  # seconds: worth a remark
_TOO_LONG = 30.0  # seconds: what a client does not wait for


def _tracked_scripts(config: KeepalivedConfig) -> Iterator[VrrpScript]:
    """The scripts that something tracks, each once."""
    wanted = {tracker.name for user in tracking(config) for tracker in user.trackers if tracker.kind == "script"}
    for script in config.scripts:
        if script.title in wanted and script.certain:
            wanted.discard(script.title)  # of two with one name keepalived uses the first
            yield script


def _place(script: VrrpScript) -> Span:
    """What to change: the setting that makes it slow."""
    fall, interval = script.fall, script.interval
    if fall is not None and (script.effective_fall or 1) > 2:
        return fall.span
    return interval.span if interval is not None else script.name.span


@rule("KA010", "slow-failure-detection", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A check script needs more than ten seconds to notice that the service is dead.

    Why it hurts: a script counts as failed after `fall` failures in a row, one every `interval` seconds. Until then the
    VIP stays on the node with the dead service. The example of the kubeadm documentation, `interval 3` with `fall 10`,
    needs half a minute; 31.5 s passed until the VIP had moved (measured with keepalived 2.2.7).

    How to fix: write `interval 2` and `fall 2`. If the service is often down for a moment, such as during a reload,
    make the check more patient (its own timeout), not the counting.

    Silent when: nothing tracks the script, or a number depends on a variable. Below 30 s it is an info, since some want
    to wait out a restart.
    """
    for script in _tracked_scripts(config):
        interval, fall = script.effective_interval, script.effective_fall
        if interval is None or fall is None or interval * fall <= _LONG:
            continue
        needed = interval * fall
        yield Hit(
            _place(script),
            f"vrrp_script '{script.title}' needs up to {seconds(needed)} to notice a dead service: "
            f"{counted(fall, 'failure')} in a row, one run every {seconds(interval)}",
            help="write 'interval 2' and 'fall 2'",
            note=f"{fall} x {seconds(interval)}",
            severity=Severity.INFO if needed < _TOO_LONG else None,
            fix=partial(_fix, script),
        )


def _fix(script: VrrpScript) -> Fix | None:
    from rules.support.keepalived.fixing import setting, together

    lines = ("interval 2", "fall 2")
    return together((setting(script.directive, line) for line in lines), "write 'interval 2' and 'fall 2'")
