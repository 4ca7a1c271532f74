"""Statements of proxies: one reader per keyword."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import haproxy_table
from rules.support.haproxy.forms.faults import Fault, check_choice, check_time, extra, missing

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine

Reader = Callable[["HaproxyLine"], Iterator[Fault]]

# Options that may be followed by a word; the others refuse it (2.6.12; `tcplog clf` came with 3.1).
_OPTIONS_WITH_ARGUMENTS = frozenset(
    ("forwardfor", "forwarded", "httpchk", "httplog", "http-restrict-req-hdr-names", "httpslog", "mysql-check",
     "originalto", "pgsql-check", "redispatch", "smtpchk", "tcplog", "use-small-buffers")
)  # fmt: skip
_TLS_MODES = ("https", "tls", "ssl")
_TABLE_TYPES = ("ip", "ipv4", "ipv6", "integer", "string", "binary")
_BEFORE_NUMBERS = ("size", "expire", "len", "brates-factor", "shards")
_SIZE = r"[0-9]++[kKmMgG]?\Z"


def timeout(line: HaproxyLine) -> Iterator[Fault]:
    """`timeout NAME TIME`."""
    args = line.args
    if not args:
        yield missing(line, "the name of a timeout", "timeout client 1m")
    elif len(args) == 1:
        yield missing(line, f"a time ('timeout {args[0].value}')", f"timeout {args[0].value} 1m")
    else:
        yield from check_time(args[1], f"timeout {args[0].value}")
        if len(args) > 2 and not args[1].dynamic:
            glued = (
                f"write '{args[1].value}{args[2].value}'"
                if args[2].value in ("us", "ms", "s", "m", "h", "d")
                else "remove it"
            )
            yield extra(args[2], f"timeout {args[0].value}", glued)


def mode(line: HaproxyLine) -> Iterator[Fault]:
    """`mode tcp|http|...`; another rule reports removed modes."""
    args = line.args
    if not args:
        yield missing(line, "a mode", "mode tcp")
    elif haproxy_table().modes.get(args[0].value) is None:
        if args[0].value.lower() in _TLS_MODES:
            advice = "write 'mode tcp', with which TLS passes through; 'mode http' is for traffic that haproxy can read"
            yield Fault(args[0].span, f"'mode {args[0].value}': unknown mode '{args[0].value}'", advice)
            return
        yield from check_choice(args[0], "mode", ("tcp", "http", "log"), "mode")
    elif len(args) > 1:
        yield extra(args[1], f"mode {args[0].value}")


# Algorithms that need an argument, and an example of one.
_BALANCED_BY = {"url_param": "userid", "hash": "src", "log-hash": "lower"}


def balance(line: HaproxyLine) -> Iterator[Fault]:
    """`balance ALGORITHM`."""
    if not line.args or line.args[0].dynamic:
        return
    word = line.args[0]
    name, bracket, rest = word.value.partition("(")
    if word.value == "\\":
        return  # a continuation line, which haproxy does not have; another rule reports it
    if haproxy_table().balance.get(word.value) is None:
        yield from check_choice(
            word, "balance", [n for n in haproxy_table().balance.names() if "*" not in n], "algorithm"
        )
    elif name == "hdr" and (not rest.endswith(")") or rest == ")"):
        yield Fault(word.span, f"'balance {word.value}' needs a header", "write 'balance hdr(Host)'")
    elif name == "random" and bracket and not re.match(r"[1-9]\d*\)", rest):
        yield Fault(
            word.span, f"'balance {word.value}': the number of draws must be 1 or more", "write 'balance random(2)'"
        )
    elif name in _BALANCED_BY and not bracket and len(line.args) < 2:
        yield missing(line, f"what '{name}' uses", f"balance {name} {_BALANCED_BY[name]}")


def option(line: HaproxyLine) -> Iterator[Fault]:
    """`option NAME`; another rule reports unknown names."""
    args = line.args
    if not args:
        yield missing(line, "the name of an option", "option tcplog")
    elif len(args) > 1 and args[0].value not in _OPTIONS_WITH_ARGUMENTS and not line.dynamic:
        known = haproxy_table().options.status(args[0].value) == "accepted"
        yield from [extra(args[1], f"option {args[0].value}")] if known else []


def stick_table(line: HaproxyLine) -> Iterator[Fault]:
    """`stick-table type TYPE size N ...`."""
    args = line.args
    names = [word.value for word in args]
    if any(word.dynamic for word in args):
        return
    stray = [
        word for before, word in pairwise(args) if re.match(_SIZE, word.value) and before.value not in _BEFORE_NUMBERS
    ]
    for word in stray:
        yield Fault(word.span, f"'{word.value}' is where 'stick-table' expects a keyword", f"write 'size {word.value}'")
    for name, example in (("type", "type ip"), ("size", "size 100k")):
        if name not in names and not stray:
            yield Fault(line.span, f"the 'stick-table' has no '{name}'", f"add '{example}'")
    for word, value in pairwise(args):
        if word.value == "type":
            yield from check_choice(value, "stick-table type", _TABLE_TYPES, "type")
        elif word.value == "size" and not re.match(_SIZE, value.value):
            yield Fault(value.span, f"'size {value.value}' is not a number of entries", "write, for example, '100k'")
        elif word.value == "expire":
            yield from check_time(value, "expire")


def backend_name(line: HaproxyLine) -> Iterator[Fault]:
    """`default_backend NAME`, `use_backend NAME [if ...]`."""
    args = line.args
    if not args:
        yield missing(line, "the name of a backend", f"{line.keyword} NAME")
    elif len(args) > 1 and line.keyword == "default_backend":
        yield extra(args[1], "default_backend", "with a condition, write 'use_backend NAME if ...'")
    elif len(args) > 1 and args[1].value not in ("if", "unless") and not args[0].dynamic and not args[1].dynamic:
        yield Fault(
            args[1].span, f"'{args[1].value}' is where 'use_backend' expects 'if' or 'unless'", "write 'if' before it"
        )


def inspect_delay(line: HaproxyLine) -> Iterator[Fault]:
    """`tcp-request inspect-delay TIME`, and its other first words."""
    args = line.args
    request = line.keyword == "tcp-request"
    if not args:
        yield missing(line, "what to inspect", f"{line.keyword} content accept")
        return
    yield from check_choice(
        args[0],
        line.keyword,
        ("connection", "session", "content", "inspect-delay") if request else ("content", "inspect-delay"),
    )
    if args[0].value == "inspect-delay":
        if len(args) < 2:
            yield missing(line, "a time", f"{line.keyword} inspect-delay 5s")
        else:
            yield from check_time(args[1], "inspect-delay")


def in_http(line: HaproxyLine) -> Iterator[Fault]:
    """A line that `http` has a reader for."""
    from rules.support.haproxy.values import http  # many files have no such line

    return http.READERS[line.keyword](line)


def acl(line: HaproxyLine) -> Iterator[Fault]:
    """`acl NAME ...`."""
    from rules.support.haproxy.values.acls import acl as read

    return read(line)


def log(line: HaproxyLine) -> Iterator[Fault]:
    """`log ...`."""
    from rules.support.haproxy.values.logs import log as read

    return read(line)


def one_of(*known: str) -> Reader:
    """The first argument must be one of these."""

    def read(line: HaproxyLine) -> Iterator[Fault]:
        if not line.args:
            yield missing(line, f"one of {', '.join(known)}", f"{line.keyword} {known[0]}")
        else:
            yield from check_choice(line.args[0], line.keyword, known)

    return read


def something(what: str, example: str) -> Reader:
    """There must be an argument."""

    def read(line: HaproxyLine) -> Iterator[Fault]:
        if not line.args and not line.prefix:
            yield missing(line, what, example)

    return read


def nothing(line: HaproxyLine) -> Iterator[Fault]:
    """There must be no argument."""
    if line.args and not line.args[0].dynamic:
        yield extra(line.args[0], line.keyword)


READERS: dict[str, Reader] = {
    "acl": acl,
    "balance": balance,
    "capture": in_http,
    "cookie": in_http,
    "default_backend": backend_name,
    "description": something("a text", "description TEXT"),
    "disabled": nothing,
    "enabled": nothing,
    "errorfile": in_http,
    "errorloc": in_http,
    "errorloc302": in_http,
    "errorloc303": in_http,
    "fullconn": something("a number", "fullconn 1000"),
    "hash-type": one_of("map-based", "consistent"),
    "http-check": in_http,
    "http-request": in_http,
    "http-response": in_http,
    "http-reuse": one_of("never", "safe", "aggressive", "always"),
    "load-server-state-from-file": one_of("global", "local", "none"),
    "log": log,
    "log-format": something("a format", 'log-format "%ci:%cp [%t] %ft"'),
    "maxconn": something("a number", "maxconn 2000"),
    "mode": mode,
    "monitor-uri": something("a path", "monitor-uri /healthz"),
    "option": option,
    "redirect": in_http,
    "retries": something("a number", "retries 3"),
    "stats": in_http,
    "stick-table": stick_table,
    "tcp-check": in_http,
    "tcp-request": inspect_delay,
    "tcp-response": inspect_delay,
    "timeout": timeout,
    "use_backend": backend_name,
}  # fmt: skip
