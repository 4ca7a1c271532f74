"""Statements of the `global` section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import haproxy_table
from rules.support.haproxy.forms.addresses import host_problem, port_problem
from rules.support.haproxy.forms.faults import Fault, check_choice, check_number, check_time, extra, missing
from rules.support.haproxy.values.binds import bind_options
from rules.support.haproxy.values.logs import log

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word
    from rules.support.haproxy.values.statements import Reader


def _number(low: int, high: int | None = None) -> Reader:
    def read(line: HaproxyLine) -> Iterator[Fault]:
        if not line.args:
            yield missing(line, "a number", f"{line.keyword} {low}")
        elif line.keyword != "tune.ssl.default-dh-param" or not line.args[0].value.startswith("-"):
            yield from check_number(line.args[0], line.keyword, low, high)

    return read


def _time(line: HaproxyLine) -> Iterator[Fault]:
    if not line.args:
        yield missing(line, "a time", f"{line.keyword} 30s")
    else:
        yield from check_time(line.args[0], line.keyword)


def _something(line: HaproxyLine) -> Iterator[Fault]:
    if not line.args:
        yield missing(line, "a value", f"{line.keyword} ...")


def _nothing(line: HaproxyLine) -> Iterator[Fault]:
    if line.args and not line.args[0].dynamic:
        yield extra(line.args[0], line.keyword)


def _one_value(line: HaproxyLine) -> Iterator[Fault]:
    yield from _something(line)
    if len(line.args) > 1 and not any(word.dynamic for word in line.args):
        yield extra(line.args[1], f"{line.keyword} {line.args[0].value}")


def _stats(line: HaproxyLine) -> Iterator[Fault]:
    args = line.args
    if not args:
        yield missing(line, "what to set", "stats socket /run/haproxy/admin.sock mode 660 level admin")
    elif len(args) < 2 and args[0].value in ("socket", "timeout", "maxconn"):
        yield missing(
            line, f"a value ('stats {args[0].value}')", "stats socket /run/haproxy/admin.sock mode 660 level admin"
        )
    elif args[0].value == "timeout":
        yield from check_time(args[1], "stats timeout")
    elif args[0].value == "socket" and not line.dynamic:
        address = args[1]
        problem = port_problem(address.value, required=True) or host_problem(address.value)
        if problem:
            message = f"'stats socket {address.value}': {problem}"
            yield Fault(address.span, message, "write '/run/haproxy/admin.sock' or 'ADDRESS:PORT'")
        yield from _unknown_option(args[2:]) or bind_options(args[2:])


def _unknown_option(words: Sequence[Word]) -> list[Fault]:
    """The first word that is not an option of a `bind` line."""
    options = haproxy_table().bind_options
    at = 0
    while at < len(words):
        entry = options.get(words[at].value)
        if entry is None:
            known = ("mode", "level", "user", "group", "uid", "gid", "expose-fd", "name", "maxconn")
            return list(check_choice(words[at], "stats socket", known, "option"))
        at += 1 + abs(entry.args or 0)
    return []


def _environment(line: HaproxyLine) -> Iterator[Fault]:
    if len(line.args) < 2:
        yield missing(line, "a name and a value", f"{line.keyword} NAME VALUE")


def _verify(line: HaproxyLine) -> Iterator[Fault]:
    if not line.args:
        yield missing(line, "'none' or 'required'", "ssl-server-verify none")
    else:
        yield from check_choice(line.args[0], line.keyword, ("none", "required"))


READERS: dict[str, Reader] = {
    "busy-polling": _nothing,
    "ca-base": _something,
    "chroot": _something,
    "crt-base": _something,
    "daemon": _nothing,
    "group": _something,
    "hard-stop-after": _time,
    "localpeer": _something,
    "log": log,
    "log-tag": _something,
    "maxconn": _one_value,
    "nbthread": _number(1),
    "pidfile": _something,
    "presetenv": _environment,
    "setenv": _environment,
    "ssl-server-verify": _verify,
    "stats": _stats,
    "strict-limits": _nothing,
    "tune.bufsize": _number(1),
    "tune.ssl.default-dh-param": _number(1024),
    "unsetenv": _something,
    "user": _something,
}
