"""From the words of a command to the program that does the work, through the wrappers before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.records import NamedTuple

_ASSIGNMENT = r"[A-Za-z_]\w*="
_SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh", "zsh"))
_INTERPRETERS = frozenset(("python", "perl", "ruby", "php", "node", "lua"))
# The options of each wrapper that take the next word with them.
_WRAPPERS: dict[str, str] = {
    "env": "-u --unset -C --chdir -S --split-string",
    "nice": "-n --adjustment",
    "ionice": "-c --class -n --classdata -p --pid",
    "chrt": "-T -P -D",
    "setsid": "",
    "nohup": "",
    "stdbuf": "-i -o -e --input --output --error",
    "time": "-f --format -o --output",
    "timeout": "-k --kill-after -s --signal",
    "sudo": "-u --user -g --group -p --prompt -h --host -C -r -t -D -R -T",
    "doas": "-u -C",
    "runuser": "-u --user -g --group -G",
    "setpriv": "--reuid --regid --groups",
    "exec": "-a",
    "command": "",
    "busybox": "",
}
_SKIPPED = {"timeout": 1, "chrt": 1}  # operands before the command
_USER_OPTIONS = ("-u", "--user")
_DEEPEST = 16


class Executed(NamedTuple):
    """What runs in the end.

    `path`: as it is written, `args`: the words after it. `through`: the wrappers before it. `user`: whom a wrapper
    makes it run as, "" if nothing changes that. `shell`: the text that it gets, if it is a shell with `-c`. `file`: the
    script that it reads, if it is a shell or another interpreter. `computed`: its words hold `$NAME`, `$(...)` or
    backticks that a shell replaces.
    """

    path: str
    args: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    user: str = ""
    shell: str | None = None
    file: str = ""
    computed: bool = False

    @property
    def name(self) -> str:
        """Its name without the folder."""
        return self.path.rpartition("/")[2]

    @property
    def text(self) -> str:
        """Its words as one line."""
        return " ".join((self.path, *self.args))


def program_of(words: Sequence[str], computed: bool = False) -> Executed | None:
    """The program of a command; None if there is none, as in `FOO=1`, or too many wrappers."""
    through: list[str] = []
    user, at = "", 0
    for _ in range(_DEEPEST):
        while at < len(words) and "=" in words[at] and re.match(_ASSIGNMENT, words[at]) and (through or computed or at):
            at += 1
        if at >= len(words):
            return None
        path, name = words[at], words[at].rpartition("/")[2]
        if name == "su":
            return _su(words[at:], tuple(through), computed)
        if name not in _WRAPPERS:
            return _with_file(Executed(path, tuple(words[at + 1 :]), tuple(through), user, computed=computed))
        through.append(name)
        at, as_user = _after(words, at, name)
        user = as_user or user or ("root" if name in ("sudo", "doas") else "")
    return None


def _after(words: Sequence[str], at: int, wrapper: str) -> tuple[int, str]:
    """Where the command begins that a wrapper runs, and the user that it names."""
    valued = _WRAPPERS[wrapper].split()
    user = ""
    at += 1
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        option, equals, value = words[at].partition("=")
        if option in valued and not equals:
            value = words[at + 1] if at + 1 < len(words) else ""
            at += 1
        if option in _USER_OPTIONS:
            user = value
        at += 1
        if option == "--":
            break
    return at + _SKIPPED.get(wrapper, 0), user


def _su(words: Sequence[str], through: tuple[str, ...], computed: bool) -> Executed | None:
    """`su [-] USER -c TEXT`."""
    rest = list(words[1:])
    if "-c" not in rest or rest.index("-c") + 1 >= len(rest):
        return None
    at = rest.index("-c")
    users = [word for word in (*rest[:at], *rest[at + 2 :]) if not word.startswith("-")]
    return Executed(
        "sh", ("-c", rest[at + 1]), (*through, "su"), users[0] if users else "root", rest[at + 1], "", computed
    )


def _with_file(program: Executed) -> Executed:
    """The program, with the text or the file that it reads if it is a shell or another interpreter."""
    if program.name in _SHELLS:
        return _shell(program)
    if program.name.rstrip("0123456789.") in _INTERPRETERS:
        file = next((word for word in program.args if not word.startswith("-")), "")
        return program._replace(file="" if {"-c", "-e"} & set(program.args) else file)
    return program


def _shell(program: Executed) -> Executed:
    at, args = 0, program.args
    while at < len(args):
        word = args[at]
        if not word.startswith(("-", "+")) or word in ("-", "--"):
            break
        at += 1
        if not word.startswith("--") and "c" in word:
            return program._replace(shell=args[at] if at < len(args) else None)
        at += word in ("-o", "+o", "-O", "+O", "--rcfile", "--init-file")
    return program._replace(file=args[at] if at < len(args) else "")
