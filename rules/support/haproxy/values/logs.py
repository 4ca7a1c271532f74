"""`log` lines, in `global` and in proxies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules.support.haproxy.forms.addresses import host_problem, port_problem
from rules.support.haproxy.forms.faults import Fault, check_choice, check_number, extra

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

_FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2", "ftp", "ntp", "audit",
    "alert", "cron2", *(f"local{number}" for number in range(8)),
)  # fmt: skip
_LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_WITH_VALUE = ("len", "format", "sample", "profile")
_FORMATS = ("local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw")
_SHORTEST, _LONGEST = 80, 65535
_NO_ADDRESS = ("stdout", "stderr", "global")


def log(line: HaproxyLine) -> Iterator[Fault]:
    """`log ADDRESS [len N] [format F] [sample ...] FACILITY [LEVEL [LEVEL]]`, `log global`."""
    args = line.args
    if any(word.dynamic for word in args) or line.prefix:
        return
    if not args:
        yield Fault(line.span, "'log' needs an address", "write 'log /dev/log local0' or 'log global'")
        return
    target = args[0]
    if target.value == "global":
        if len(args) > 1:
            yield extra(args[1], "log global")
        return
    if target.value not in _NO_ADDRESS and "$" not in target.value:
        problem = host_problem(target.value) or port_problem(target.value)
        if problem:
            yield Fault(
                target.span, f"'log {target.value}': {problem}", "write an address, 'ADDRESS:PORT' or '/dev/log'"
            )
    at = 1
    while at < len(args) and args[at].value in _WITH_VALUE:
        yield from _setting(args[at : at + 2])
        at += 2
    rest = args[at:]
    if not rest:
        yield Fault(line.span, f"'log {target.value}' has no facility", f"write 'log {target.value} local0'")
        return
    yield from check_choice(rest[0], f"log {target.value}", _FACILITIES, "facility")
    for level in rest[1:3]:
        yield from check_choice(level, f"log ... {rest[0].value}", _LEVELS, "level")
    if len(rest) > 3:
        yield extra(rest[3], f"log ... {rest[2].value}")


def _setting(words: Sequence[Word]) -> Iterator[Fault]:
    """`len N`, `format F`, `sample RANGES:SIZE`."""
    if len(words) < 2:
        return
    word = words[1]
    if words[0].value == "len":
        start = re.match(r"[0-9]{1,9}(?![0-9])", word.value)
        if start is None or not _SHORTEST <= int(start.group()) <= _LONGEST:
            yield from check_number(word, "len", _SHORTEST, _LONGEST)
    elif words[0].value == "format":
        yield from check_choice(word, "format", _FORMATS, "format")
    elif words[0].value == "sample" and not re.match(r"[0-9,-]+:[0-9]", word.value):
        message = f"'sample {word.value}': haproxy expects the numbers of messages, a colon, and out of how many"
        yield Fault(word.span, message, "write, for example, 'sample 1:10'")
