"""HA005: a time without a unit is in milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.facts.haproxy.server import option_words
from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies
from rules.text.wording import counted

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import Section
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
    )


def _info(section: Section, bare: list[tuple[str, Word]]) -> Hit:
    name, word = bare[0]
    more = f" (and {counted(len(bare) - 1, 'other timeout')} of the section)" if len(bare) > 1 else ""
    return Hit(
        word.span,
        f"'timeout {name} {word.value}' in {section.label}{more} has no unit, so it is in milliseconds",
        help=f"write '{_spelled(int(word.value))}', so that no one mistakes it for seconds",
        note=_spelled(int(word.value)),
        related=[(other.span, _spelled(int(other.value))) for _, other in bare[1:]],
        severity=Severity.INFO,
    )


def _spelled(milliseconds: int) -> str:
    """The same time with the largest unit that fits: 50000 is `50s`."""
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def _intervals(section: Section) -> Iterator[Hit]:
    keywords = section.index()
    for keyword in ("default-server", "server", "server-template"):
        for line in section.all(keyword) if keyword in keywords else ():
            if _INTERVALS.isdisjoint(option_words(line, keyword)):
                continue
            for name, value in pairwise(line.args):
                if name.value in _INTERVALS and _is_bare(value, 100):
                    yield Hit(
                        value.span,
                        f"'{name.value} {value.value}' has no unit, so it means {value.value} milliseconds",
                        help=f"write '{value.value}s', or '{value.value}ms' if that is intended",
                        note="milliseconds",
                        severity=Severity.WARNING,
                    )
