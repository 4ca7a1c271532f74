"""KA021: no priority, or the one that means something else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.gaps import blocks_in_doubt, can_tell_what_is_missing
from rules.support.keepalived.placeholders import placeholder

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance

_OWNER = 255  # RFC 3768, section 5.3.4: the router that owns the address


@rule("KA021", "missing-or-equal-default-priority", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """An instance has no `priority`, or 255, the priority of the address's owner.

    Why it hurts: without `priority` an instance with `state MASTER` gets 255, not the 100 of all others. With 255 a
    node counts as the owner of the address: it takes the VIP without listening first, and ignores `nopreempt` and the
    weights of all checks, so that a dead haproxy does not lower it (measured with keepalived 2.2.7).

    How to fix: write a priority below 255, a different one on each node, such as 110 and 100.

    Silent when: a priority is written and below 255; the name or the state is a placeholder; the file, an include or
    the braces leave in doubt what is missing. 100 by default, and 255 that is written, are infos; XN010 compares the
    nodes, and KA036 reports weights without effect.
    """
    sure = can_tell_what_is_missing(config)
    doubtful = blocks_in_doubt(config) if sure and any(not i.lines("priority") for i in config.instances) else set()
    for instance in config.instances:
        if instance.lines("priority"):
            yield from _written(instance)
        elif sure and instance.certain and instance.directive not in doubtful:
            yield from _missing(instance)


def _written(instance: VrrpInstance) -> Iterator[Hit]:
    priority = instance.priority
    if priority is None or not priority.known or priority.value != _OWNER:
        return
    yield Hit(
        priority.span,
        f"'priority {_OWNER}' makes this node the owner of the address for vrrp_instance '{instance.title}': it takes "
        "the VIP at once when it starts, and ignores 'nopreempt' and the weights of checks",
        help="write 'priority 254' or less",
        note="the owner of the address",
        severity=Severity.INFO,
        fix=partial(Fix.write, priority.span, "254", "write 'priority 254'", safe=False),
    )


def _missing(instance: VrrpInstance) -> Iterator[Hit]:
    used, state = instance.effective_priority, instance.state
    if used is None or placeholder(instance.name.raw) or (state is not None and placeholder(state.raw)):
        return
    owner = used == _OWNER
    consequence = (
        "with 'state MASTER' this means 255, with which the weights of checks and 'nopreempt' are ignored"
        if owner
        else f"keepalived uses {used}"
    )
    yield Hit(
        instance.name.span,
        f"vrrp_instance '{instance.title}' has no priority: {consequence}",
        help="add 'priority 110', and a different one on each other node",
        note=f"priority {used}",
        severity=None if owner else Severity.INFO,
    )
