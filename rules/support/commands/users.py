"""Which user keepalived runs a command as, and when script security makes it remove the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.facts.values import Value
    from parsers.tree import Directive


class Runner(NamedTuple):
    """Who runs a command. `user`: None if it is not known. `line`: where it is set, None if it is not.

    `removed`: script security is on, and no user is set: keepalived removes the command unless the machine has the
    account keepalived_script (measured with 2.2.7).
    """

    user: str | None
    line: Directive | None = None
    removed: bool = False


def runner_of(config: KeepalivedConfig, own: Value[str] | None = None) -> Runner:
    """Who runs a command. `own`: the user that is set for this command alone."""
    for value in (own, config.global_defs.get("script_user")):
        if value is not None:
            return Runner(value.value if value.certain else None, value.directive)
    security = config.global_defs.flag("enable_script_security")
    removed = config.complete and security is not None and bool(security.value)
    return Runner(None, None, removed)
