"""KA056: a check that can't fail, or can't succeed."""

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


@rule("KA056", "check-always-ends-alike", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A vrrp_script whose command always succeeds, or always fails, whatever happens on the machine.

    Why it hurts: a check that always fails keeps its node in FAULT with weight 0, so that no node has the VIP, and
    lowers it for ever with another weight. One that never fails notices nothing: the VIP stays on a node whose haproxy
    is dead. Common are `...; exit 0`, `... || true`, a pipeline that ends with `wc -l`, and a `sleep` that is longer
    than `timeout` (measured with keepalived 2.2.7).

    How to fix: end the command with the test itself, such as `pgrep -x haproxy`.

    Silent when: the command is a script file, a shell would be needed (KA008), or its arguments are outside the quotes
    (KA041). One that never fails is a warning.
    """
    if only_files(config):
        return
    from rules.support.commands.used import checks_in

    for used in checks_in(config):
        meaning = used.meaning
        if meaning.syntax or meaning.test is None or used.command.extra:
            continue
        why = meaning.never_succeeds or meaning.never_fails
        if not why:
            continue
        fails = bool(meaning.never_succeeds)
        effect = "always fails" if fails else "never fails, so it notices nothing"
        yield Hit(
            used.span,
            f"the check of {used.title} {effect}: {why}",
            help="write a command that fails when haproxy is dead, such as '/usr/bin/pgrep -x haproxy'",
            note="always fails" if fails else "never fails",
            fix=partial(_fix, used, "/usr/bin/pgrep -x haproxy"),
            severity=None if fails else Severity.WARNING,
        )


def _fix(used: UsedCommand, text: str) -> Fix | None:
    from rules.support.keepalived.fixing import command

    return command(used, text)
