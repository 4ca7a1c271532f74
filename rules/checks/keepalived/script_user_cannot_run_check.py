"""KA037: a check that sends a signal as a user who may not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.commands.plain import only_files

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from rules.support.commands.used import UsedCommand

# Accounts as which nobody runs haproxy.
_NOBODY = frozenset(("nobody", "keepalived_script", "daemon", "www-data"))


@rule("KA037", "script-user-cannot-run-check", Severity.ERROR, Scope.KEEPALIVED, words=("kill",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`killall -0`, `pkill -0` or `kill -0` in a check that does not run as root.

    Why it hurts: signal 0 tests a process, but only root and the process's own user may send it (kill(2)). haproxy's
    first process runs as root: the check always fails, and with weight 0 no node has the VIP (measured with keepalived
    2.2.7 and `script_user nobody`).

    How to fix: `pgrep -x haproxy`, which everybody may run; or `user root` in the vrrp_script; or a
    `vrrp_track_process`.

    Silent when: the user is root, haproxy or not known, or the command goes through sudo. Other accounts than nobody
    and the like may be the process's own: a warning.
    """
    if only_files(config):
        return
    from rules.failover.subjects import cannot_signal
    from rules.support.commands.tree import probes_of
    from rules.support.commands.used import checks_in

    for used in checks_in(config):
        runner, test = used.runner, used.meaning.test
        found = next((p for p in probes_of(test) if cannot_signal(p, runner.user)), None) if test is not None else None
        if found is None or runner.line is None:
            continue
        user = found.user or runner.user
        yield Hit(
            used.span,
            f"{used.title} runs as '{user}', who may not signal another user's process: '{found.text}' always fails",
            help="write '/usr/bin/pgrep -x haproxy', which needs no rights, or 'user root' in the vrrp_script",
            note="not permitted",
            fix=partial(_fix, used, "/usr/bin/pgrep -x haproxy"),
            related=[(runner.line.span, f"it runs as '{user}'")],
            severity=None if user in _NOBODY else Severity.WARNING,
        )


def _fix(used: UsedCommand, text: str) -> Fix | None:
    from rules.support.keepalived.fixing import command

    return command(used, text)
