"""KA007: script security that removes every script."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig


@rule("KA007", "script-user-or-security-missing", Severity.WARNING, Scope.KEEPALIVED, words=("enable_script_security",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`enable_script_security` is set, and nothing says which user runs the scripts.

    Why it hurts: keepalived then runs them as the account `keepalived_script`. Debian and Ubuntu have no such account:
    keepalived removes the check and the notify scripts, the instance runs without them, and the VIP stays on a node
    whose haproxy is dead (measured with keepalived 2.2.7: "Unable to set default user for vrrp script ... - removing").

    How to fix: write `script_user root` (or another user) in `global_defs`, or `user root` in the vrrp_script.

    Silent when: no script depends on it, the setting is conditional, or an include could not be read. A file without
    `enable_script_security` is not reported: its scripts run.
    """
    defs = config.global_defs
    if defs.flag("enable_script_security") is None or defs.get("script_user") is not None:
        return
    from rules.support.commands.used import commands_of

    removed = [used for used in commands_of(config) if used.runner.removed]
    security = config.global_defs.last("enable_script_security")
    if not removed or security is None:
        return
    first, *others = removed
    more = f", and {len(others)} more" if others else ""
    yield Hit(
        security.span,
        f"'enable_script_security' without 'script_user': unless the machine has an account 'keepalived_script', "
        f"keepalived removes {first.title}{more} and runs without",
        help="write 'script_user root' in global_defs",
        note="no script_user",
        related=[(used.span, "removed") for used in removed[:3]],
        fix=partial(Fix.add, "below", security.span, "script_user root", safe=False),
    )
