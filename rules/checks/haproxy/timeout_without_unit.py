"""HA005: a time without a unit is in milliseconds; HA072: a time that is too short whatever its unit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.facts.haproxy.server import option_words
from parsers.haproxy.lines import stretch
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies
from rules.text.wording import counted

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine, Section
    from parsers.tree import Word

# Waiting a few hundred milliseconds for a connection or a slot can be intended; talking to a client can't.
_SHORT_WAITS = frozenset(("connect", "check", "queue", "tarpit", "client-fin", "server-fin", "client-hs"))
_OF_WATCHES = frozenset(("client", "server", "tunnel"))
_INTERVALS = frozenset(("inter", "fastinter", "downinter", "agent-inter", "slowstart"))
# Other places of a time in milliseconds: keyword -> (word before it or "", index of the time among the arguments).
_PLACES = {"tcp-request": ("inspect-delay", 1), "tcp-response": ("inspect-delay", 1), "hard-stop-after": ("", 0)}


@rule("HA005", "timeout-without-unit", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A time has no unit, so haproxy reads it as milliseconds.

    Why it hurts: `timeout client 60` closes every connection after 60 milliseconds (measured: 0.062 s), and `haproxy
    -c` of 2.6 to 3.0 does not report it; from 3.2 on it calls small values suspicious. `inter 5` checks every server
    two hundred times a second. Values of 1000 and more are probably intended, as in Debian's `timeout client 50000`:
    those are an info, once per section.

    How to fix: write the unit: `60s`, `5m`, `1h`, or `60ms` if that is intended.

    Silent when: the value is 0, has a unit, or depends on a variable; for check intervals of 100 and more, since `inter
    2000` is common.
    """
    for section in config.sections:
        keywords = section.index()
        bare = list(_bare_timeouts(section)) if "timeout" in keywords else []
        harmless = []
        for name, word in bare:
            if int(word.value) >= 1000:
                harmless.append((name, word))
            else:
                watches = name in _OF_WATCHES and int(word.value) < 600 and bool(api_proxies(config))
                yield _too_short(f"timeout {name}", name in _SHORT_WAITS, word, watches)
        if harmless:
            yield _info(section, harmless)
        for keyword, (before, index) in _PLACES.items():
            for line in section.all(keyword) if keyword in keywords else ():
                args = line.args
                if len(args) > index and (not before or args[0].value == before) and _is_bare(args[index], 100):
                    yield _too_short(f"{keyword} {before}".strip(), False, args[index])
        yield from _intervals(section)


def _is_bare(word: Word, below: int = 1 << 31) -> bool:
    return word.value.isdecimal() and word.value.isascii() and not word.dynamic and 0 < int(word.value[:12]) < below


def _bare_timeouts(section: Section) -> Iterator[tuple[str, Word]]:
    for line in section.all("timeout"):
        args = line.args
        if len(args) == 2 and _is_bare(args[1]):
            yield args[0].value, args[1]


def _too_short(setting: str, plausible: bool, word: Word, watches: bool = False) -> Hit:
    """The hit for a time that is a number of seconds; with `watches`, so many would still be too few."""
    plausible = plausible and int(word.value) >= 100
    return Hit(
        word.span,
        f"'{setting} {word.value}' has no unit, so it means {word.value} milliseconds",
        help=f"write '1h': watches of the Kubernetes API are silent for longer than {word.value} s"
        if watches
        else f"write '{word.value}s', or '{word.value}ms' if that is intended",
        note="milliseconds",
        severity=Severity.WARNING if plausible else Severity.ERROR,
        fix=partial(Fix.write, word.span, "1h" if watches else f"{word.value}s", safe=False),
    )


def _info(section: Section, bare: list[tuple[str, Word]]) -> Hit:
    name, word = bare[0]
    more = f" (and {counted(len(bare) - 1, 'other timeout')} of the section)" if len(bare) > 1 else ""
    return Hit(
        word.span,
        f"'timeout {name} {word.value}' in {section.label}{more} has no unit, so it is in milliseconds",
        help=f"write '{_spelled(int(word.value))}', so that no one mistakes it for seconds",
        note=_spelled(int(word.value)),
        fix=partial(_with_units, [word for _, word in bare]),
        related=[(other.span, _spelled(int(other.value))) for _, other in bare[1:]],
        severity=Severity.INFO,
    )


def _with_units(words: list[Word]) -> Fix:
    steps = tuple(("write", word.span, _spelled(int(word.value))) for word in words)
    return Fix(f"write '{steps[0][2]}'" if len(steps) == 1 else "write the times with their units", steps)


def _spelled(milliseconds: int) -> str:
    """The same time with the largest unit that fits: 50000 is `50s`."""
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def _has_interval(line: HaproxyLine, keyword: str) -> bool:
    return _has_hint(line.line_text) and not _INTERVALS.isdisjoint(option_words(line, keyword))


def _has_hint(text: str) -> bool:
    """Whether lines may set an interval: most do not even have the letters, and nothing that may hide them."""
    return "inter" in text or "slowstart" in text or "\\" in text or '"' in text or "'" in text or "$" in text


def _intervals(section: Section) -> Iterator[Hit]:
    keywords = section.index()
    for keyword in ("default-server", "server", "server-template"):
        lines = section.all(keyword) if keyword in keywords else ()
        if not _has_hint(stretch(lines)):
            continue
        for line in lines:
            if not _has_interval(line, keyword):
                continue
            for name, value in pairwise(line.args):
                if name.value in _INTERVALS and _is_bare(value, 100):
                    yield Hit(
                        value.span,
                        f"'{name.value} {value.value}' has no unit, so it means {value.value} milliseconds",
                        help=f"write '{value.value}s', or '{value.value}ms' if that is intended",
                        note="milliseconds",
                        severity=Severity.WARNING,
                        fix=partial(Fix.write, value.span, f"{value.value}s", safe=False),
                    )


# Setting -> the shortest time in seconds that makes sense, and what to write instead.
_LEAST = {
    "client": (1.0, "30s"), "server": (1.0, "30s"), "tunnel": (1.0, "1h"), "http-request": (1.0, "10s"),
    "connect": (0.02, "5s"), "queue": (0.02, "30s"), "inter": (0.1, "2s"),
    "fastinter": (0.1, "1s"), "downinter": (0.1, "2s"), "agent-inter": (0.1, "2s"),
}  # fmt: skip


@rule("HA072", "time-too-short", Severity.WARNING, Scope.HAPROXY)
def time_too_short(config: HaproxyConfig) -> Iterator[Hit]:
    """A time with a unit is so short that connections or checks fail: `timeout server 10ms`, `inter 5ms`.

    Why it hurts: with `timeout server 10ms`, a request that takes 100 ms is answered with 504; with `inter 5ms`,
    haproxy checks two hundred times a second, and a server that takes 20 ms for it is DOWN (both measured with 2.6.12).
    `haproxy -c` of 2.6 to 3.0 reports neither.

    How to fix: seconds, as the help says.

    Silent when: the value is 0, has no unit (see `timeout-without-unit`), or depends on a variable. Too short is less
    than a second for clients and servers, 20 ms for connections and queues, 100 ms for intervals. `timeout check` is
    not judged: below `inter` it has no effect (measured with 2.6.12).
    """
    for section in config.sections:
        if not _has_small_unit(section.text):
            continue
        keywords = section.index()
        lines = section.all("timeout") if "timeout" in keywords else []
        short = [line for line in lines if _has_small_unit(line.line_text)]
        found = [(f"timeout {line.first_arg}", line.first_arg, line.args[1]) for line in short if len(line.args) == 2]
        for keyword in ("default-server", "server", "server-template"):
            for line in section.all(keyword) if keyword in keywords else ():
                if _has_small_unit(line.line_text) and not _INTERVALS.isdisjoint(option_words(line, keyword)):
                    found += [(name.value, name.value, value) for name, value in pairwise(line.args)]
        for setting, name, word in found:
            least, instead = _LEAST.get(name, (0.0, ""))
            if word.value.endswith(("ms", "us")) and not word.dynamic and 0 < (_seconds(word.value) or 0) < least:
                yield Hit(
                    word.span,
                    f"'{setting} {word.value}' is too short for a network: {_outcome(name)}",
                    help=f"write '{instead}'",
                    note="too short",
                    fix=partial(Fix.write, word.span, instead, safe=False),
                )


def _has_small_unit(text: str) -> bool:
    """Whether there may be a time in milliseconds or less."""
    return "ms" in text or "us" in text


def _seconds(text: str) -> float | None:
    from parsers.grammar.common import read_time

    return read_time(text).seconds


def _outcome(name: str) -> str:
    if name in _INTERVALS:
        return "the server is checked again before it can answer"
    if name in ("connect", "queue"):
        return "a server that is a little slow counts as one that is gone"
    return "connections are closed while the answer is on its way"
