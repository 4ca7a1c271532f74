"""`log` lines, in `global` and in proxies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.support.haproxy.values.addresses import host_problem, port_problem
from rules.support.haproxy.values.faults import Fault, check_choice

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine

_FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2", "ftp", "ntp", "audit",
    "alert", "cron2", *(f"local{number}" for number in range(8)),
)  # fmt: skip
_LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_WITH_VALUE = ("len", "format", "sample", "profile")
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
        return
    if target.value not in _NO_ADDRESS and "@" not in target.value:
        problem = host_problem(target.value) or port_problem(target.value)
        if problem:
            yield Fault(
                target.span, f"'log {target.value}': {problem}", "write an address, 'ADDRESS:PORT' or '/dev/log'"
            )
    at = 1
    while at < len(args) and args[at].value in _WITH_VALUE:
        at += 2
    rest = args[at:]
    if not rest:
        yield Fault(line.span, f"'log {target.value}' has no facility", f"write 'log {target.value} local0'")
        return
    yield from check_choice(rest[0], f"log {target.value}", _FACILITIES, "facility")
    for level in rest[1:3]:
        yield from check_choice(level, f"log ... {rest[0].value}", _LEVELS, "level")
