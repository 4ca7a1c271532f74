"""What a command of keepalived.conf means: what it tests, and whether it can succeed or fail at all.

keepalived runs the words of the command without a shell: `&&`, `|`, `>` and `$NAME` are arguments like all others.
Measured with keepalived 2.2.7 and the programs of Debian 12; nothing here reads a script file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.support.commands.probes import host_of, is_address, is_haproxy, probe_of, unknown
from rules.support.commands.programs import Executed, program_of
from rules.support.commands.tree import (
    DEV_TCP,
    EITHER,
    FAILURE,
    SUCCESS,
    Constant,
    ProbeKind,
    ShellPart,
    ShellTests,
    SingleTest,
    Test,
    outcomes,
    reason_of,
)

if TYPE_CHECKING:
    from rules.support.commands.shell import ShellStep, SimpleCommand

_DEEPEST = 4  # shells in shells
_LONGEST = 1 << 16  # characters
_OPERATORS = frozenset(("&&", "||", "|", "|&", "&", ";", ";;", ">", ">>", "<", "<<", "<<<", "2>", "2>>", "&>", "2>&1"))
_REDIRECTION = r"(?:\d?>{1,2}|&>{1,2}|\d?<{1,3})&?[\w./~$-]+|\d>&\d|>&\d"
_VARIABLE = r"\$(?:[A-Za-z_]\w*|\{|\()|`"
# Not programs: a shell does these itself.
_BUILTINS = frozenset(
    ("!", "if", "while", "for", "case", "cd", "exit", "exec", "export", "set", "source", ".", "{", "(", "((", "[[",
     "command", "function", "return", "ulimit", "umask", "trap", "eval", "type", "until")
)  # fmt: skip
# What they do with words that they don't understand (measured).
_FAIL = frozenset(
    ("curl", "wget", "pgrep", "pkill", "killall", "kill", "test", "[", "ip", "ping", "nc", "ncat", "ss", "ps", "grep",
     "egrep", "ls", "cat", "head", "tail", "stat", "sleep")
)  # fmt: skip
# Programs for which a `*` has a meaning of its own.
_OWN_PATTERNS = frozenset(
    ("find", "rsync", "grep", "egrep", "pgrep", "pkill", "curl", "wget", "case", "sudo", "locate")
)
_IGNORE = frozenset(("echo", "true", "printf", "logger", ":"))
_LOOKS = frozenset(("grep", "egrep", "fgrep", "zgrep"))
_FILTERS = _LOOKS | frozenset(
    ("awk", "gawk", "mawk", "sed", "cut", "tr", "sort", "uniq", "head", "tail", "tee", "cat", "column", "xargs")
)  # fmt: skip
_COUNTS = frozenset(
    ("wc", "cat", "tee", "sort", "uniq", "cut", "tr", "sed", "head", "tail", "awk", "gawk", "mawk", "column")
)  # fmt: skip


class _Within(NamedTuple):
    """Where a command is read: after how many seconds keepalived stops it, in how many shells, in which."""

    timeout: float | None
    depth: int = 0
    shell: str = "sh"


class CommandMeaning(NamedTuple):
    """What a command means.

    `test`: None if there is no command. `program`: the first one. `shell`: whether a shell reads it. `syntax`: the
    first word that only a shell would understand, though none reads it. `removed`: why keepalived removes the command:
    no program has its name.
    """

    test: Test | None
    program: Executed | None = None
    shell: bool = False
    syntax: str = ""
    removed: str = ""

    @property
    def never_fails(self) -> str:
        """Why it always succeeds; "" if it can fail."""
        if self.test is None or outcomes(self.test, lambda _: EITHER) != SUCCESS:
            return ""
        return reason_of(self.test, True) or "it always succeeds"

    @property
    def never_succeeds(self) -> str:
        """Why it always fails; "" if it can succeed."""
        if self.test is None or outcomes(self.test, lambda _: EITHER) != FAILURE:
            return ""
        return reason_of(self.test, False) or "it always fails"


def meaning_of(argv: Sequence[str], timeout: float | None = None) -> CommandMeaning:
    """The meaning of the words of a command, as keepalived splits them.

    `timeout`: the seconds after which keepalived stops it, which counts as a failure.
    """
    return _meaning(tuple(argv), timeout)


@lru_cache(maxsize=64)  # asked for each instance that tracks it, and by several rules
def _meaning(argv: tuple[str, ...], timeout: float | None) -> CommandMeaning:
    if not argv:
        return CommandMeaning(None)
    first = argv[0]
    if first.startswith("</"):
        # keepalived lets sh open the file.
        opened = _connection(first[1:], "sh") or SingleTest(ProbeKind.FILE, first[1:], text=first)
        return CommandMeaning(opened, Executed(first, tuple(argv[1:])))
    program = program_of(argv)
    syntax = shell_syntax(argv, program)
    if syntax and (syntax == first or first.rstrip(";") != first):
        return CommandMeaning(None, program, syntax=syntax, removed=f"no program is called '{first}'")
    if program is None:
        return CommandMeaning(unknown(Executed(first, tuple(argv[1:])), "it names no program"))
    if syntax:
        return CommandMeaning(_misread(program, syntax, _Within(timeout)), program, syntax=syntax)
    return CommandMeaning(_test(program, _Within(timeout)), program, shell=program.shell is not None)


def shell_syntax(argv: Sequence[str], program: Executed | None = None) -> str:
    """The first word that only a shell would understand; "" if there is none, or a shell reads the words."""
    first = argv[0] if argv else ""
    if first in _BUILTINS or first.startswith(("~/", "$", "`", "(")) or (len(first) > 1 and first.endswith(";")):
        return first
    if "=" in first and re.match(r"[A-Za-z_]\w*=", first):
        return first
    if program is not None and (program.shell is not None or program.path.rpartition("/")[2] in ("awk", "sed", "perl")):
        return ""
    globs = program is not None and program.name not in _OWN_PATTERNS
    for word in argv[1:]:
        if globs and word.startswith("/") and "*" in word:
            return word
        if word in _OPERATORS or (_is_redirection(word) and "/dev/tcp/" not in word) or _is_computed(word):
            return word
        if len(word) > 1 and ((word.endswith(";") and not word.endswith("\\;")) or _ends_in_redirection(word)):
            return word
    return ""


def _is_redirection(word: str) -> bool:
    return ("<" in word or ">" in word) and re.fullmatch(_REDIRECTION, word) is not None


def _ends_in_redirection(word: str) -> bool:
    return word.endswith(">") and "<" not in word


def _is_computed(word: str) -> bool:
    return word.startswith("~/") or (word[:1] in ("$", "`") and re.match(_VARIABLE, word) is not None)


def _misread(program: Executed, syntax: str, within: _Within) -> Test:
    """A command whose shell syntax reaches the program as arguments."""
    name = program.name
    if name in _IGNORE:
        return Constant(True, f"'{name}' gets '{syntax}' as an argument and always succeeds")
    if name == "systemctl" and program.args[:1] == ("is-active",):
        return _test(program, within)  # succeeds if one of the "units" is active
    if name == "pidof":
        return probe_of(program, within.timeout)
    if name in _FAIL:
        return Constant(False, f"'{name}' gets '{syntax}' as an argument and always fails")
    found = probe_of(program, within.timeout)
    if isinstance(found, SingleTest) and found.kind in (ProbeKind.SCRIPT, ProbeKind.UNKNOWN):
        return found
    return unknown(program, f"what '{name}' does with the argument '{syntax}' is not known")


def _test(program: Executed, within: _Within) -> Test:
    if program.shell is None:
        return probe_of(program, within.timeout)
    text = program.shell
    if within.depth >= _DEEPEST or len(text) > _LONGEST:
        return unknown(program, "it is too long to be read")
    from rules.support.commands.shell import read_shell

    steps = read_shell(text)
    if steps is None:
        if is_haproxy(text):
            return SingleTest(ProbeKind.SCRIPT, program.path, text=program.text)
        return unknown(program, "what this shell text tests is not known")
    inside = within._replace(depth=within.depth + 1, shell=program.name)
    parts = [_part(step, inside) for step in steps]
    return ShellTests(tuple(parts)) if parts else Constant(True, "an empty command always succeeds")


def _part(step: ShellStep, within: _Within) -> ShellPart:
    if len(step.pipeline) == 1:
        return ShellPart(step.join, _simple(step.pipeline[0], within), step.negated)
    return ShellPart(step.join, _pipeline(step.pipeline, within), step.negated)


def _simple(command: SimpleCommand, within: _Within) -> Test:
    """One command of a shell text."""
    for _, target in command.redirects:
        if (connection := _connection(target, within.shell)) is not None:
            return connection
    words = command.words
    if words[:1] == ("exit",):
        return _exit(words)
    program = program_of(words, command.computed)
    if program is None:
        return Constant(True, "an assignment always succeeds")
    if program.name == "exec" or not words:
        return Constant(True, "a redirection always succeeds")
    # Started by a shell, a program is found by its own name.
    program = program._replace(through=(*program.through, "shell"))
    if command.computed and program.shell is None and not is_haproxy(program.text):
        tested = probe_of(program, within.timeout)
        certain = isinstance(tested, Constant) or program.name in ("ping",)
        return tested if certain else unknown(program, f"the words of '{program.name}' are not known")
    return _test(program, within)


def _connection(path: str, shell: str) -> SingleTest | None:
    """The connection that `</dev/tcp/HOST/PORT` makes."""
    found = re.fullmatch(r"/dev/tcp/([^/]{1,255})/(\d{1,5})", path)
    if found is None:
        return None
    fragile = "" if shell in ("bash", "ksh", "zsh") else DEV_TCP
    return SingleTest(ProbeKind.PORT, host_of(found[1]), int(found[2]), fragile=fragile, text=f"<{path}")


def _exit(words: Sequence[str]) -> Test:
    status = words[1] if len(words) > 1 else "?"
    if not status.isdecimal():
        return unknown(Executed("exit", tuple(words[1:])), "the exit status is not known")
    return Constant(int(status[-9:]) % 256 == 0, f"it ends with 'exit {status}'", exits=True)


def _pipeline(commands: Sequence[SimpleCommand], within: _Within) -> Test:
    """A pipeline: its status is that of its last command."""
    last = program_of(commands[-1].words)
    if last is None:
        return Constant(True, "an assignment always succeeds")
    if last.name in _COUNTS:
        return Constant(True, f"a pipeline ends like its last command, and '{last.name}' always succeeds")
    if last.name not in _LOOKS:
        return _simple(commands[-1], within)
    pattern = _pattern(last)
    at = len(commands) - 2
    while at > 0 and commands[at].words[:1] and commands[at].words[0].rpartition("/")[2] in _FILTERS:
        at -= 1
    first = program_of(commands[at].words)
    if first is None:
        return unknown(last, "what is searched is not known")
    return _searched(first, pattern, "-v" in last.args, commands[at], within)


def _pattern(program: Executed) -> str:
    """What `grep` looks for, without the tricks with which it does not find itself."""
    words = [word for word in program.args if not word.startswith("-") or word == "-"]
    text = words[0] if words else ""
    return re.sub(r"\[([\w:.])\]", r"\1", text).replace("\\b", "").replace("\\.", ".").strip("^$ ")


def _address_in(text: str) -> str:
    """The first IP address among the words of a text, "" without one."""
    for word in re.split(r"[^0-9A-Fa-f:.]+", text):
        if ("." in word or ":" in word) and (host := host_of(word.strip("."))) and is_address(host):
            return host
    return ""


def _searched(first: Executed, pattern: str, inverted: bool, command: SimpleCommand, within: _Within) -> Test:
    """What it means that a word is in the output of a program."""
    text = f"{first.text} | grep {pattern}"
    if inverted or not pattern or "$" in pattern or "`" in pattern:
        return SingleTest(
            ProbeKind.UNKNOWN,
            first.path,
            why=f"what is searched in the output of '{first.name}' is not known",
            text=text,
        )
    if first.name in ("ip", "ifconfig", "hostname"):
        return SingleTest(ProbeKind.ADDRESS, _address_in(pattern) or _address_in(" ".join(first.args)), text=text)
    if first.name == "ps":
        return SingleTest(ProbeKind.PROCESS, pattern, text=text)
    if first.name in ("ss", "netstat", "lsof"):
        if is_haproxy(pattern):
            return SingleTest(ProbeKind.PROCESS, pattern, text=text)
        port = re.search(r"(?:^|[:\s.\]])(\d{2,5})\b", pattern)
        if port is not None:
            return SingleTest(ProbeKind.PORT, "", int(port[1]), text=text)
        return SingleTest(
            ProbeKind.UNKNOWN,
            first.path,
            why=f"what is searched in the output of '{first.name}' is not known",
            text=text,
        )
    if first.name in ("systemctl", "service", "docker", "podman", "crictl") and is_haproxy(f"{first.text} {pattern}"):
        return SingleTest(ProbeKind.PROCESS, "haproxy", text=text)
    if first.name in ("echo", "printf"):
        return unknown(first, "what is searched is not known")
    return _simple(command, within)
