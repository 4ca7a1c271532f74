"""Expressions and conditions without end: one finding, no exception, and work that grows with their length."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from tests.rules.haproxy.linting import backend, findings

SERVERS = ("server cp1 10.0.0.21:6443 check", "server cp2 10.0.0.22:6443 check")
# The codes that are about expressions and conditions.
_CODES = ("HA031", "HA038", "HA041", "HA042", "HA043", "HA044", "HA045", "HA065")
_LINES: dict[str, Callable[[int], str]] = {
    "converters": lambda n: "acl a path" + ",lower" * n + ",lowr a",
    "converters with arguments": lambda n: "acl a path" + ",field(1,/)" * n + ",field(1) a",
    "types that do not fit": lambda n: "acl a method" + ",lower" * n + ",sha1,neg -m int 1",
    "parentheses": lambda n: "acl a path,field(" + "(" * n + " a",
    "commas": lambda n: "acl a path,field(" + "," * n + ") a",
    "words of converters": lambda n: "acl a str(a)" + " lower" * n + " lowr",
    "options": lambda n: "acl a path" + " -i" * n + " -x a",
    "terms": lambda n: "tcp-request connection reject if" + " { path /a }" * n,
    "alternatives": lambda n: "tcp-request connection reject if { path /a }" + " or { path /a }" * n,
    "negations": lambda n: "tcp-request connection reject if " + "!" * n + "{ path /a }",
    "names": lambda n: "http-request deny if" + " nobody" * n,
    "a value": lambda n: "http-request deny if { pth " + "a" * n + " }",
    "parts of a format": lambda n: "http-request set-header x " + "%[path]" * n + "%[pth]",
    "flags of a format": lambda n: "http-request set-header x " + "%{+Q}" * n,
    "arguments of a name": lambda n: "acl a nbsrv(" + "b" * n + ") gt 1",
}


def _text(line: str) -> str:
    return backend(*SERVERS, frontend=(line,), mode="http")


def _calls(text: str) -> int:
    """The number of calls that linting a text takes, of Python and of C functions."""
    number = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        findings(text, version="2.6")
    finally:
        sys.setprofile(None)
    return number


@pytest.mark.parametrize("line", _LINES)
def test_work_grows_with_the_length(line: str) -> None:
    """Three times as much takes some three times as many calls; a square would take nine times."""
    _calls(_text(_LINES[line](150)))  # tables and grammars are loaded once
    short, long = (_calls(_text(_LINES[line](n))) for n in (200, 600))
    assert long <= 3.5 * short + 500


@pytest.mark.parametrize(
    ("line", "number"), [(line, 10_000) for line in _LINES] + [("terms", 100_000), ("a value", 1_000_000)]
)
def test_an_endless_line_is_one_finding(line: str, number: int) -> None:
    found = [f for f in findings(_text(_LINES[line](number)), version="2.6") if f.code in _CODES]
    assert len(found) <= 1
    assert all(len(f.message) + len(f.help) < 1000 for f in found)
