"""KA038: a state that is neither MASTER nor BACKUP."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.placeholders import placeholder

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance

_MASTER = ("MASTER", "PRIMARY", "ACTIVE", "LEADER")


def _contradictions(instance: VrrpInstance) -> Iterator[Hit]:
    """A BACKUP after a MASTER in the same block: keepalived keeps MASTER."""
    first = None
    for state in instance.settings("state"):
        if not state.certain or state.directive.condition is not None:
            return
        if state.raw == "MASTER":
            first = first or state
        elif state.raw == "BACKUP" and first is not None:
            yield Hit(
                state.span,
                f"'state BACKUP' of vrrp_instance '{instance.title}' is ignored: the block already has 'state MASTER'",
                help="keep one of the two lines",
                note="ignored",
                fix=partial(Fix.remove, state.directive.span),
                related=[(first.span, "MASTER applies")],
            )


@rule("KA038", "invalid-state", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`state` has a word unknown to keepalived: `SLAVE`, `PEER`, or lower case.

    Why it hurts: keepalived uses BACKUP (measured with 2.2.7), so `state master` is the opposite of what it says, and
    `keepalived -t` exits with 5. `state BACKUP` after `state MASTER` in one block is ignored.

    How to fix: write `MASTER` or `BACKUP` in capitals. The state is only how the node starts; `priority` decides which
    node holds the VIP.

    Silent when: the word is a placeholder (KA004) or comes from a variable.
    """
    for instance in config.instances:
        yield from _contradictions(instance)
        state = instance.state
        if state is None or state.value is not None or not state.certain or placeholder(state.raw):
            continue
        letters = "".join(char for char in state.raw.upper() if char.isalpha())
        meant = "MASTER" if letters in _MASTER else "BACKUP"
        turned = ", not MASTER" if meant == "MASTER" else ""
        yield Hit(
            state.span,
            f"unknown state '{state.raw}' in vrrp_instance '{instance.title}': keepalived starts it as BACKUP{turned}",
            help=f"write 'state {meant}'" + (" (capitals)" if state.raw.upper() == meant else ""),
            note="MASTER or BACKUP",
            fix=partial(Fix.write, state.span, meant, f"write 'state {meant}'", safe=meant == "BACKUP"),
        )
