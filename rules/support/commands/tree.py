"""What a command tests, as a tree: single tests, and shell texts that join them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from parsers.records import NamedTuple

Outcomes = frozenset[bool]
"""How a command can end: {True} it succeeds, {False} it fails, both: either."""

SUCCESS: Outcomes = frozenset((True,))
FAILURE: Outcomes = frozenset((False,))
EITHER: Outcomes = frozenset((True, False))


PIDOF = "pidof"
"""`pidof`, started by keepalived itself: before 2.3.0, where it is a link to killall5, that is what runs."""
DEV_TCP = "/dev/tcp"
"""`</dev/tcp/HOST/PORT` read by `sh`: only where that is bash can it connect."""


class ProbeKind:
    """What a single test looks at. Plain text: the module is part of every start, and an Enum takes its time."""

    PROCESS = "process"
    PORT = "port"
    ADDRESS = "address"
    PING = "ping"
    FILE = "file"
    SCRIPT = "script"
    OTHER = "something else"
    UNKNOWN = "unknown"


class SingleTest(NamedTuple):
    """A single test.

    `kind`: of ProbeKind. `name`: the process, the host ("" is this machine) or the address, the path, the program.
    `port`: None if it is not known. `scheme`: "http" or "https" if a URL is asked for. `signals`: it sends signal 0,
    which only root and the process's own user may do. `fragile`: on some machines it always fails, PIDOF or DEV_TCP.
    `user`: whom a wrapper such as sudo makes it run as. `why`: why it is not known what it tests. `text`: the command.
    """

    kind: str
    name: str = ""
    port: int | None = None
    scheme: str = ""
    signals: bool = False
    fragile: str = ""
    user: str = ""
    why: str = ""
    text: str = ""


class Constant(NamedTuple):
    """A command that always ends in the same way, and why: a clause such as "'true' always succeeds"."""

    succeeds: bool
    why: str
    exits: bool = False


class ShellPart(NamedTuple):
    """A pipeline of a shell text as one test; `join` says after what it runs ("&&", "||", ";")."""

    join: str
    test: Test
    negated: bool = False


class ShellTests(NamedTuple):
    """What a shell does: the parts in their order."""

    parts: tuple[ShellPart, ...]


Test = SingleTest | Constant | ShellTests


def outcomes(test: Test, answer: Callable[[SingleTest], Outcomes]) -> Outcomes:
    """How a command can end if single tests end as `answer` says."""
    if isinstance(test, SingleTest):
        return answer(test)
    if isinstance(test, Constant):
        return SUCCESS if test.succeeds else FAILURE
    running: set[bool] = {True}
    ended: set[bool] = set()
    for part in test.parts:
        entered = running if part.join == ";" else running & {part.join == "&&"}
        if not entered:
            continue
        after = outcomes(part.test, answer)
        if isinstance(part.test, Constant) and part.test.exits:
            ended |= after
            running = running - entered
        else:
            running = (running - entered) | ({not end for end in after} if part.negated else after)
        if not running:
            break
    return frozenset(running | ended)


def probes_of(test: Test) -> Iterator[SingleTest]:
    """The single tests, in their order."""
    if isinstance(test, SingleTest):
        yield test
    elif isinstance(test, ShellTests):
        for part in test.parts:
            yield from probes_of(part.test)


def reason_of(test: Test, succeeds: bool) -> str:
    """Why a command that always ends in this way does so; "" if nothing says it."""
    if isinstance(test, Constant):
        return test.why if test.succeeds is succeeds else ""
    if isinstance(test, ShellTests):
        for part in reversed(test.parts):
            wanted = succeeds is not part.negated
            if found := reason_of(part.test, wanted):
                return found
    return ""
