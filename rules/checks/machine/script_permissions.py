"""HO007: a script that keepalived can't run here, or that others can change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.machine import commands_run
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.machine.observed import SeenFile, SeenScript
    from rules.live.views.machine import MachineView
    from rules.support.commands.used import UsedCommand

_EXECUTABLE = 0o111
_GROUP_WRITES, _OTHERS_WRITE = 0o020, 0o002
_STICKY = 0o1000


@rule("HO007", "script-permissions", Severity.ERROR, Scope.MACHINE, needs=("scripts",))
def check(view: MachineView) -> Iterator[Hit]:
    """A script of keepalived.conf is missing on this machine, can't be executed, or can be changed by others.

    Why it hurts: keepalived disables such a script and goes on without it ("Disabling track script ... since not
    found/accessible", "due to insecure"; measured with 2.2.7): the VIP stays on a node whose haproxy is dead.
    `keepalived -t` does not mention a script that is not executable. Without `enable_script_security` keepalived runs
    a script that others can change: whoever can write it, or a folder above it, becomes root (a warning). A script
    whose interpreter is missing fails always, and so does one that calls a program which is not installed.

    How to fix: `chown root:root` and `chmod 0755` for the script and `chmod go-w` for the folders above it; install
    what it calls.

    Silent when: the path is not absolute or depends on a variable, or a folder above it may not be read. Folders with
    the sticky bit (/tmp) are taken by keepalived. Which programs a script calls is read from shell scripts only, for
    those that checks are usually made of, and not where the script asks first whether it has them.
    """
    by_path = {script.path: script for script in view.seen.scripts}
    for used in commands_run(view.node):
        script = by_path.get(used.command.argv[0])
        if script is not None:
            yield from _judge(view, used, script)


def _judge(view: MachineView, used: UsedCommand, script: SeenScript) -> Iterator[Hit]:
    effect = (
        "keepalived runs without it, and the VIP stays whatever happens" if used.script else "keepalived never runs it"
    )
    file = script.file
    if script.problem == "missing":
        yield Hit(
            used.span,
            f"{used.title}: this machine has no '{script.path}': {effect}",
            help=f"put the script there, or correct the path: 'ls -l {script.path}'",
        )
    elif file is None:
        if script.chain:
            yield Hit(
                used.span, f"{used.title}: '{script.path}' is a folder: {effect}", help="write the path of a program"
            )
    elif not file.mode & _EXECUTABLE:
        yield Hit(
            used.span,
            f"{used.title}: '{script.path}' is not executable (mode {file.mode:04o}): {effect}",
            help=f"'chmod 0755 {script.path}'",
        )
    elif (open_to := _changeable(script)) and _by_root(view, used):
        yield _insecure(view, used, script, open_to, effect)
    elif not script.interpreter_there:
        yield Hit(
            used.span,
            f"{used.title}: the interpreter of '{script.path}' is missing: '{script.interpreter}'; the script fails "
            "always",
            help=f"install it, or correct the first line of {script.path}",
        )
    elif script.lacks:
        verb = "is" if len(script.lacks) == 1 else "are"
        names = listed(f"'{name}'" for name in script.lacks)
        yield Hit(
            used.span,
            f"{used.title}: '{script.path}' calls {names}, which {verb} not installed on this machine",
            help=f"install {listed(script.lacks)}",
        )


def _by_root(view: MachineView, used: UsedCommand) -> bool:
    """Whether root runs it: then nobody else may be able to change it."""
    user = used.runner.user
    return user == "root" or (user is None and used.runner.line is None and not view.seen.script_account)


def _changeable(script: SeenScript) -> list[SeenFile]:
    """What somebody other than root can change, as keepalived 2.2.7 judges it: the file and the folders above it."""
    found = []
    for part in script.chain:
        sticky = part.folder and part.mode & _STICKY
        by_group = part.mode & _GROUP_WRITES and part.group
        if part.owner or (not sticky and (by_group or part.mode & _OTHERS_WRITE)):
            found.append(part)
    return found


def _insecure(view: MachineView, used: UsedCommand, script: SeenScript, open_to: list[SeenFile], effect: str) -> Hit:
    config = view.node.keepalived
    security = config.global_defs.flag("enable_script_security") if config is not None else None
    enforced = security is not None and bool(security.value)
    part = open_to[-1]
    if part.owner:
        who = f"belongs to the user with number {part.owner}"
    elif part.mode & _OTHERS_WRITE:
        who = f"can be changed by everybody (mode {part.mode:04o})"
    else:
        who = f"can be changed by the group with number {part.group} (mode {part.mode:04o})"
    what = "" if part.path == script.path else f"'{part.path}', which leads to it, "
    result = effect if enforced else "whoever changes it, becomes root"
    return Hit(
        used.span,
        f"{used.title}: '{script.path}': {what}{who}: {result}",
        help=f"'chown root:root {part.path}' and 'chmod go-w {part.path}'",
        severity=Severity.ERROR if enforced else Severity.WARNING,
    )
