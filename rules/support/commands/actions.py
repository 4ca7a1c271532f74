"""What a command does instead of testing something: services and processes that it starts, stops or kills."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.records import NamedTuple
from rules.support.commands.probes import operands
from rules.support.commands.programs import Executed, program_of
from rules.support.commands.shell import read_shell

_STARTS = frozenset(("start", "restart", "reload", "try-restart", "reload-or-restart", "condrestart", "force-reload"))
_STOPS = frozenset(("stop", "kill", "mask", "disable", "rm", "pause"))
_BREAK = re.compile(r"[;&|\n(){}]|\b(?:then|else|do|if|elif|while|until)\b")
_LONGEST = 1 << 14


class SideEffect(NamedTuple):
    """A service or process that is started (`stops` is false) or stopped. `text`: the command."""

    stops: bool
    name: str
    text: str


def actions_of(program: Executed | None) -> Iterator[SideEffect]:
    """What a command does, that of a shell included, whatever it depends on there."""
    if program is None:
        return
    if program.shell is None:
        yield from _of_program(program)
        return
    text = program.shell[:_LONGEST]
    steps = read_shell(text)
    if steps is None:
        commands = [(tuple(piece.split()), True) for piece in _BREAK.split(text)]
    else:
        commands = [(simple.words, simple.computed) for step in steps for simple in step.pipeline]
    for words, computed in commands:
        inner = program_of(words, computed) if words else None
        if inner is not None and inner.shell is None:
            yield from _of_program(inner)


def _of_program(program: Executed) -> Iterator[SideEffect]:
    words = operands(program.args)
    match program.name:
        case "systemctl" | "docker" | "podman" | "crictl" | "nerdctl":
            verb, names = (words[0], words[1:]) if words else ("", [])
        case "service" | "rc-service" | "invoke-rc.d":
            verb, names = (words[1], words[:1]) if len(words) > 1 else ("", [])
        case "killall" | "pkill":
            verb, names = ("" if _signal_is_harmless(program.args) else "stop", words[-1:])
        case _:
            verb, names = ("", [])
            if "/init.d/" in program.path and words:
                verb, names = words[0], [program.name]
    if verb in _STARTS or verb in _STOPS:
        for name in names:
            yield SideEffect(verb in _STOPS, name.removesuffix(".service"), program.text)


def _signal_is_harmless(args: tuple[str, ...]) -> bool:
    """Whether the signal ends nothing: 0, or one that programs use for other things."""
    harmless = {"0", "HUP", "1", "USR1", "10", "USR2", "12", "SIGHUP", "SIGUSR1", "SIGUSR2"}
    return any(word.lstrip("-").removeprefix("s") in harmless for word in args if word[:1] == "-") or (
        "-s" in args[:-1] and args[args.index("-s") + 1] in harmless
    )
