"""KA054: a script whose path leads through a symbolic link."""

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

# What the usual distributions have as links ("merged /usr", and /run).
_LINKED = ("/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/var/run/")


@rule("KA054", "script-below-linked-directory", Severity.INFO, Scope.KEEPALIVED, words=("enable_script_security",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """With `enable_script_security`, a script is given as `/bin/...`, `/sbin/...`, `/lib/...` or `/var/run/...`.

    Why it hurts: on today's distributions these directories are symbolic links. keepalived 2.2.7 does not
    mind; from 2.3.3 on it refuses such a script under script security and runs without it (measured with 2.3.3 and
    2.3.4): an update takes the check away.

    How to fix: write the real path, `/usr/bin/...` or `/run/...`.

    Silent when: script security is off, or the path is another one.
    """
    security = config.global_defs.flag("enable_script_security")
    if security is None or not security.value or only_files(config):
        return
    from rules.support.commands.used import commands_of

    for used in commands_of(config):
        path = used.command.argv[0] if used.command.argv else ""
        if path.startswith(_LINKED):
            real = path.removeprefix("/var") if path.startswith("/var/") else f"/usr{path}"
            yield Hit(
                used.span,
                f"'{path}' of {used.title} leads through a directory that is a symbolic link on most machines: "
                "keepalived from 2.3.3 on then refuses the script under script security",
                help=f"write '{real}' instead of '{path}'",
                note="through a link",
                fix=partial(_fix, used, path, real),
            )


def _fix(used: UsedCommand, path: str, real: str) -> Fix | None:
    text = used.span.text
    at = text.find(path)
    if at < 0:
        return None
    start = used.span.start + at
    return Fix.write(used.span.source.span(start, start + len(path)), real, safe=False)
