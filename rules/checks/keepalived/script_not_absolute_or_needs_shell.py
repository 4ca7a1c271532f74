"""KA008: a command that only a shell would understand, or a path from nowhere."""

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


@rule("KA008", "script-not-absolute-or-needs-shell", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`&&`, `|`, `;`, `>`, `$NAME`, `~` or `!` in a command that no shell reads, or a relative path.

    Why it hurts: keepalived runs the words of a command itself. `curl ... && pgrep haproxy` hands `&&` to curl, which
    then always fails: no node has the VIP. `! pgrep x` and `if ...` name no program: keepalived removes the check.
    `echo x > FILE` writes no file, and in `notify_master "..." > FILE` the file is taken for a user, so nothing runs
    (all measured with keepalived 2.2.7). A relative path starts where the daemon does, mostly at `/`. Of `</path` the
    machine's sh opens the file; only bash has `/dev/tcp`.

    How to fix: `"/usr/bin/sh -c '...'"`, or a script file with an absolute path.

    Silent when: the command is a shell with `-c`, the sign is inside a longer word (`?a=1&b=2`), or a value comes from
    a variable or a template. What is likely wrong, but not for sure, and notify scripts are warnings. A name without
    any `/` is searched in PATH and is right.
    """
    if only_files(config):
        return
    from rules.support.commands.used import commands_of

    for used in commands_of(config):
        behind = _behind(used)
        if behind:
            hit: Hit | None = _is_behind(used, behind)
        elif used.meaning.syntax:
            hit = _needs_shell(used)
        else:
            hit = _is_relative(used) or _connects(used)
        if hit is not None:
            yield hit


def _behind(used: UsedCommand) -> str:
    """What is for a shell and stands behind the quotes, or "" if nothing is."""
    from rules.support.commands.meaning import shell_syntax

    extra = used.command.extra
    return " ".join(extra) if extra and (shell_syntax(["", *extra]) or shell_syntax(["", used.text[-2:]])) else ""


def _is_behind(used: UsedCommand, words: str) -> Hit:
    if used.script is not None:
        effect, fix = f"keepalived ignores '{words}'", f"remove '{words}', or {_in_a_shell(used)}"
    else:
        user = used.command.extra[0]
        effect = f"keepalived takes '{user}' for the user to run it as, finds no such user, and never runs it"
        fix = _in_a_shell(used)
    return Hit(
        used.span,
        f"no shell reads the line of {used.title}: {effect}",
        help=fix,
        note="no shell reads it",
        severity=Severity.WARNING,
        fix=partial(_fix, used),
    )


def _needs_shell(used: UsedCommand) -> Hit:
    meaning = used.meaning
    if meaning.removed:
        effect, short = f"{meaning.removed}, so keepalived removes it and runs without", "removed"
    elif used.script is None:
        effect, short = f"'{meaning.syntax}' is an argument of '{_program(used)}'", "no shell reads it"
    elif meaning.never_succeeds:
        effect, short = meaning.never_succeeds, "always fails"
    elif meaning.never_fails:
        effect, short = meaning.never_fails, "never fails"
    else:
        effect, short = f"'{meaning.syntax}' is an argument of '{_program(used)}'", "no shell reads it"
    certain = used.script is not None and (meaning.removed or meaning.never_succeeds or meaning.never_fails)
    return Hit(
        used.span,
        f"no shell reads the command of {used.title}: {effect}",
        help=_in_a_shell(used),
        note=short,
        severity=None if certain else Severity.WARNING,
        fix=partial(_fix, used),
    )


def _program(used: UsedCommand) -> str:
    return used.meaning.program.name if used.meaning.program is not None else used.command.argv[0]


def _in_a_shell(used: UsedCommand) -> str:
    """What to type so that a shell reads the command."""
    text = _whole(used)
    if "'" in text or '"' in text or "\\" in text:
        return "put the command into a script file with an absolute path, and name that file here"
    if used.script is not None and used.script.get("weight") is None and _needs_vip(used, text):
        return (
            "write a command that tests haproxy on the node itself, such as '/usr/bin/pgrep -x haproxy': in a shell "
            "this one would succeed only while the node has the VIP"
        )
    return f"write {used.keyword} \"/usr/bin/sh -c '{text}'\", or put the command into a script file"


def _whole(used: UsedCommand) -> str:
    return " ".join([used.text, *used.command.extra] if _behind(used) else [used.text])


def _fix(used: UsedCommand) -> Fix | None:
    """The command in a shell, where the help says so."""
    command = f"\"/usr/bin/sh -c '{_whole(used)}'\""
    if f"write {used.keyword} {command}" not in _in_a_shell(used):
        return None
    return Fix.write(used.span, command, "let a shell read the command", safe=False)


def _needs_vip(used: UsedCommand, text: str) -> bool:
    """Whether the command would be right for a shell and wrong for a check (XN206)."""
    from rules.failover.subjects import needs_vip
    from rules.support.commands.meaning import meaning_of
    from rules.support.commands.surroundings import Surroundings

    around = Surroundings.of(used.config, None)
    return needs_vip(meaning_of(["/usr/bin/sh", "-c", text]), around, used.runner.user)


def _is_relative(used: UsedCommand) -> Hit | None:
    path = used.command.argv[0] if used.command.argv else ""
    if "/" not in path or path.startswith(("/", "<")):
        return None
    return Hit(
        used.span,
        f"'{path}' of {used.title} is a relative path: it starts where keepalived was started, mostly at '/'",
        help=f"write the absolute path, such as '/etc/keepalived/{path.rpartition('/')[2]}'",
        note="relative",
        severity=Severity.WARNING,
    )


def _connects(used: UsedCommand) -> Hit | None:
    """`</dev/tcp/HOST/PORT`, which only bash understands."""
    from rules.support.commands.tree import DEV_TCP, probes_of

    test, program = used.meaning.test, used.meaning.program
    if test is None or used.script is None or all(probe.fragile != DEV_TCP for probe in probes_of(test)):
        return None
    text = program.shell if program is not None and program.shell is not None else used.text
    plain = "'" not in text and '"' not in text
    command = f"\"/usr/bin/bash -c '{text}'\""
    return Hit(
        used.span,
        f"the command of {used.title} is read by sh, which is dash on Debian and Ubuntu: it knows no /dev/tcp, and the "
        "check always fails",
        help=f"write {used.keyword} {command}"
        if plain
        else "let bash read it: put the command into a script file that begins with '#!/usr/bin/bash'",
        note="needs bash",
        severity=Severity.WARNING,
        fix=partial(Fix.write, used.span, command, "let bash read the command", safe=False) if plain else None,
    )
