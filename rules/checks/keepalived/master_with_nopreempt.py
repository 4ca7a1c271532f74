"""KA012: settings that cancel nopreempt."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig


@rule("KA012", "master-with-nopreempt", Severity.WARNING, Scope.KEEPALIVED, words=("nopreempt",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`nopreempt` has no effect on an instance with `state MASTER` or priority 255.

    Why it hurts: keepalived reports it and clears nopreempt (measured with 2.2.7; keepalived.conf(5), "nopreempt"). The
    node takes the VIP back as soon as it returns: the second interruption that nopreempt was meant to prevent.

    How to fix: write `state BACKUP` on every node, each with its own priority below 255; priority alone decides which
    node holds the VIP first.

    Silent when: nopreempt, the state or the priority is conditional or comes from a variable; `preempt` follows.
    """
    for instance in config.instances:
        nopreempt, state, priority = instance.nopreempt, instance.state, instance.priority
        if nopreempt is None or not nopreempt.certain or nopreempt.value is False:
            continue
        preempt = instance.preempt
        if (
            preempt is not None
            and preempt.value
            and not (preempt.span.source is nopreempt.span.source and preempt.span.start < nopreempt.span.start)
        ):
            continue
        if state is not None and state.known and state.value == "MASTER":
            cause, span, fix = "state MASTER", state.span, "write 'state BACKUP' on every node and let priority decide"
            change = partial(Fix.write, state.span, "BACKUP", "write 'state BACKUP'", safe=False)
        elif priority is not None and priority.known and priority.value == 255:
            cause, span, fix = "priority 255", priority.span, "use a priority below 255"
            change = partial(Fix.write, priority.span, "254", "write 'priority 254'", safe=False)
        else:
            continue
        yield Hit(
            nopreempt.directive.span,
            f"keepalived clears 'nopreempt' of vrrp_instance '{instance.title}' because of {cause}: "
            "the node takes the VIP back when it returns",
            help=fix,
            note=f"cleared by {cause}",
            related=[(span, "this cancels it")],
            fix=change,
        )
