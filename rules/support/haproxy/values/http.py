"""Statements about HTTP, health checks and the statistics page: one reader per keyword."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.grammar.common import read_time
from rules.support.haproxy.forms.faults import Fault, check_choice, check_number, check_time, missing

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

_COOKIE_FLAGS = (
    "rewrite",
    "insert",
    "prefix",
    "indirect",
    "nocache",
    "postonly",
    "preserve",
    "httponly",
    "secure",
    "dynamic",
)
_COOKIE_VALUES = ("domain", "maxidle", "maxlife", "attr")
_TEXTS = ("string", "lf-string")
_STATS = (
    "admin", "auth", "enable", "hide-version", "http-request", "realm", "refresh", "scope", "show-desc", "show-legends",
    "show-modules", "show-node", "uri",
)  # fmt: skip
_STATUS = r"(?:-?[0-9]+(?:-[0-9]+)?)?(?:,(?:[0-9]+(?:-[0-9]+)?)?)*+\Z"


def action(line: HaproxyLine) -> Iterator[Fault]:
    """`http-request redirect`, `deny` and the like."""
    yield from redirect(line)
    yield from payload(line)


def payload(line: HaproxyLine) -> Iterator[Fault]:
    """`http-request deny|return|tarpit`: a text needs its type, and there is one text only."""
    args = line.args
    if not args or args[0].value not in ("deny", "return", "tarpit") or line.dynamic:
        return
    found: list[Word] = []
    typed = False
    at = 1
    while at < len(args) and args[at].value not in ("if", "unless"):
        name = args[at].value
        typed = typed or name == "content-type"
        if name in _TEXTS and at + 1 < len(args) and args[at + 1].value:
            found.append(args[at])
        at += 3 if name == "hdr" else 1 if name == "default-errorfiles" else 2
    if len(found) > 1:
        yield Fault(found[1].span, f"'{found[1].value}' after '{found[0].value}': there is one text only", "remove it")
    elif found and not typed:
        message = f"'{args[0].value} {found[0].value}' needs a content type"
        yield Fault(found[0].span, message, "write 'content-type text/plain' before it")


def header(words: Sequence[Word]) -> Iterator[Fault]:
    """What follows `http-check expect hdr`: `name [-m METHOD] NAME [value [-m METHOD] VALUE]`."""
    at = 0
    for part in ("name", "value"):
        if part == "value" and (at >= len(words) or words[at].value not in ("value", "value-lf")):
            return
        if at >= len(words) or words[at].value not in (part, f"{part}-lf"):
            what = words[at] if at < len(words) else None
            if what is not None:
                yield Fault(
                    what.span, f"'{what.value}' is where haproxy expects 'name'", "write 'hdr name NAME value VALUE'"
                )
            return
        at += 1
        if at + 1 < len(words) and words[at].value == "-m":
            yield from check_choice(words[at + 1], "-m", ("str", "beg", "end", "sub", "reg"), "method")
            at += 2
        at += 1


def _is_short(words: Sequence[Word]) -> bool:
    """Whether the pattern after `name`, `value` or `-m METHOD` is missing."""
    last = [word.value for word in words[-3:]]
    return not last or last[-1] in ("name", "value", "name-lf", "value-lf", "-m")


def cookie(line: HaproxyLine) -> Iterator[Fault]:
    """`cookie NAME [FLAGS]`."""
    args = line.args
    if not args:
        yield missing(line, "the name of a cookie", "cookie SRV insert indirect nocache")
    at = 1
    while at < len(args):
        if args[at].value in _COOKIE_VALUES:
            at += 2
            continue
        yield from check_choice(args[at], f"cookie {args[0].value}", (*_COOKIE_FLAGS, *_COOKIE_VALUES), "option")
        at += 1


def stats(line: HaproxyLine) -> Iterator[Fault]:
    """`stats WORD` of a proxy."""
    args = line.args
    if not args:
        yield missing(line, "what to set", "stats enable")
        return
    yield from check_choice(args[0], "stats", _STATS)
    if args[0].value in ("uri", "auth", "realm", "scope", "refresh") and len(args) == 1:
        yield missing(
            line, f"a value ('stats {args[0].value}')", "stats uri /stats" if args[0].value == "uri" else "stats ..."
        )
    elif args[0].value == "refresh":
        if not read_time(args[1].value).overflow:  # counted in seconds, so the limit is another
            yield from check_time(args[1], "stats refresh")
    elif args[0].value == "admin" and (len(args) < 2 or args[1].value not in ("if", "unless")):
        yield missing(line, "a condition ('stats admin')", "stats admin if LOCALHOST")


def http_check(line: HaproxyLine) -> Iterator[Fault]:
    """`http-check expect status ...`, `http-check connect port N`."""
    args = [word for word in line.args if word.value != "!"]
    if len(args) > 1 and args[0].value == "expect" and args[1].value == "status":
        if len(args) < 3:
            yield missing(line, "a status code ('expect status')", "http-check expect status 200")
        elif not args[2].dynamic and not _are_codes(args[2].value):
            advice = "write codes and ranges: '200', '200-299', '200,401'"
            yield Fault(
                args[2].span,
                f"'expect status {args[2].value}': '{args[2].value}' is not a list of status codes",
                advice,
            )
    elif len(args) > 1 and args[0].value == "expect" and args[1].value.lstrip("!") in ("hdr", "fhdr"):
        if line.dynamic:
            return
        if _is_short(args[2:]):
            yield missing(
                line, "the name of a header and a value ('expect hdr')", "http-check expect hdr name NAME value VALUE"
            )
        else:
            yield from header(args[2:])
    elif args and args[0].value == "expect" and len(args) < 2:
        yield missing(line, "what to expect", "http-check expect status 200")
    elif args and args[0].value == "connect":
        yield from _connect_port(line)


def _are_codes(text: str) -> bool:
    ranges = [part.split("-") for part in text.split(",") if part.count("-") == 1 and part[0] != "-"]
    return re.match(_STATUS, text) is not None and all(
        not high.isdecimal() or int(low[:9] or 0) <= int(high[:9]) for low, high in ranges
    )


def tcp_check(line: HaproxyLine) -> Iterator[Fault]:
    """`tcp-check connect port N`."""
    if line.args and line.args[0].value == "connect":
        yield from _connect_port(line)


def _connect_port(line: HaproxyLine) -> Iterator[Fault]:
    for word, value in pairwise(line.args):
        # Anything but a number is an expression that is evaluated when the check runs.
        if word.value == "port" and value.value.isdecimal():
            yield from check_number(value, "port", 1, 65535)


def error_status(line: HaproxyLine) -> Iterator[Fault]:
    """`errorfile CODE FILE`, `errorloc CODE URL`."""
    args = line.args
    if len(args) < 2:
        yield missing(line, "a status code and what to send", f"{line.keyword} 503 /etc/haproxy/errors/503.http")
    elif not re.fullmatch(r"[2-5][0-9][0-9]", args[0].value) and not args[0].dynamic:
        yield Fault(
            args[0].span,
            f"'{line.keyword} {args[0].value}': '{args[0].value}' is not an HTTP status",
            "write, for example, '503'",
        )


def redirect(line: HaproxyLine) -> Iterator[Fault]:
    """`redirect location|prefix|scheme TO [code N]`, also as an action of http-request."""
    args = line.args
    if line.keyword != "redirect":
        if not args or args[0].value != "redirect":
            return
        args = args[1:]
    if any(word.dynamic for word in args):
        return
    if not any(word.value in ("location", "prefix", "scheme") for word in args):
        yield Fault(line.span, "the redirect has no target", "write 'location URL', 'prefix URL' or 'scheme https'")
    for word, value in pairwise(args):
        if word.value in ("if", "unless"):
            break
        if word.value == "code":
            yield from check_choice(value, "code", ("301", "302", "303", "307", "308"))


def capture(line: HaproxyLine) -> Iterator[Fault]:
    """`capture cookie|request|response ...`."""
    if not line.args:
        yield missing(line, "what to capture", "capture request header Host len 64")
    else:
        yield from check_choice(line.args[0], "capture", ("cookie", "request", "response"))


READERS = {
    "capture": capture,
    "cookie": cookie,
    "errorfile": error_status,
    "errorloc": error_status,
    "errorloc302": error_status,
    "errorloc303": error_status,
    "http-check": http_check,
    "http-request": action,
    "http-response": payload,
    "redirect": redirect,
    "stats": stats,
    "tcp-check": tcp_check,
}
"""The readers by keyword."""
