"""KA031: a check that starts or stops services."""

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

# Nothing can be started or stopped without one of these words.
_ACT = ("systemctl", "service", "init.d", "kill", "docker", "podman", "crictl", "nerdctl")


@rule(
    "KA031",
    "check-script-restarts-or-kills",
    Severity.WARNING,
    Scope.KEEPALIVED,
    words=("systemctl", "service", "init.d", "kill", "docker", "podman", "crictl", "nerdctl"),
)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """The command of a vrrp_script starts, restarts or kills something instead of only testing it.

    Why it hurts: it runs every few seconds on every node, and keepalived stops it after `timeout`: a restart hides from
    the other nodes that haproxy is dead, and is cut off half-way. A killed keepalived leaves the VIP on the interface
    (measured with 2.2.7). Where SELinux confines keepalived it may start no service at all.

    How to fix: test only, such as `pgrep -x haproxy`; let systemd restart haproxy (`Restart=on-failure`), and
    keepalived move the VIP.

    Silent when: it is in a script file, which is not read.
    """
    if only_files(config):
        return
    from rules.support.commands.used import checks_in

    for used in checks_in(config):
        if not any(word in used.text for word in _ACT):
            continue
        from rules.support.commands.actions import actions_of

        action = next(actions_of(used.meaning.program), None)
        if action is None:
            continue
        verb = "stops" if action.stops else "starts"
        yield Hit(
            used.span,
            f"the check of {used.title} {verb} '{action.name}' ('{action.text}'): a check runs every few seconds and "
            "should only test",
            help="write a command that only tests, such as '/usr/bin/pgrep -x haproxy'",
            note=f"{verb} {action.name}",
            fix=partial(_fix, used, "/usr/bin/pgrep -x haproxy"),
        )


def _fix(used: UsedCommand, text: str) -> Fix | None:
    from rules.support.keepalived.fixing import command

    return command(used, text)
