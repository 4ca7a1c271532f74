"""KA025: a preempt_delay that keepalived clears."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance


@rule("KA025", "preempt-delay-conflicts", Severity.WARNING, Scope.KEEPALIVED, words=("preempt_delay",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`preempt_delay` together with `state MASTER`, `nopreempt` or strict mode.

    Why it hurts: keepalived reports the conflict and clears the delay (measured with 2.2.7; keepalived.conf(5),
    "preempt_delay"): a node that has just booted takes the VIP at once, before its haproxy and its network are ready.

    How to fix: for a delay write `state BACKUP` and no `nopreempt`; with `nopreempt` there is nothing to delay.

    Silent when: the delay is 0 or not a number, or one of the settings is conditional or comes from a variable.
    """
    for instance in config.instances:
        delay, state, nopreempt = instance.preempt_delay, instance.state, instance.nopreempt
        if delay is None or not delay.known or not delay.value:
            continue
        if state is not None and state.known and state.value == "MASTER":
            cause, span, fix = "state MASTER", state.span, "write 'state BACKUP' on every node"
        elif nopreempt is not None and nopreempt.certain and instance.effective_nopreempt:
            cause, span, fix = "nopreempt", nopreempt.directive.span, "remove 'nopreempt' or 'preempt_delay'"
        elif instance.is_strict:
            cause, span, fix = "strict mode", instance.name.span, "remove 'vrrp_strict'"
        else:
            continue
        yield Hit(
            delay.directive.span,
            f"keepalived clears 'preempt_delay {delay.raw}' of vrrp_instance '{instance.title}' because of {cause}",
            help=fix,
            note=f"cleared by {cause}",
            related=[(span, "this cancels it")],
            fix=partial(_fix, config, instance, cause),
        )


def _fix(config: KeepalivedConfig, instance: VrrpInstance, cause: str) -> Fix | None:
    if cause == "state MASTER" and instance.state is not None:
        return Fix.write(instance.state.span, "BACKUP", "write 'state BACKUP'", safe=False)
    if cause == "nopreempt" and instance.preempt_delay is not None:
        return Fix.remove(instance.preempt_delay.directive.span, title="remove 'preempt_delay'", safe=False)
    strict = instance.strict_mode or config.global_defs.vrrp_strict
    return Fix.remove(strict.directive.span, safe=False) if strict is not None else None
