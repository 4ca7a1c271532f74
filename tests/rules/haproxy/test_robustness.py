"""No rule fails on any text, nor takes more than linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine.examples import cases_of
from rules.engine.registry import Scope, rules_of
from tests.examples import times
from tests.rules.haproxy.linting import DEFAULTS, findings, report_on

pytestmark = pytest.mark.slow

_WORDS = st.sampled_from(
    [
        "global",
        "defaults",
        "frontend",
        "backend",
        "listen",
        "server",
        "bind",
        "timeout",
        "client",
        "5s",
        "acl",
        "use_backend",
        "if",
        "unless",
        "{",
        "}",
        "!",
        "or",
        "path_beg",
        "option",
        "httpchk",
        "tcp-check",
        "check",
        "ssl",
        "verify",
        "none",
        "default-server",
        "maxconn",
        "20",
        "mode",
        "tcp",
        "http",
        "*:6443",
        "10.0.0.1:6443",
        ":",
        "[::]:",
        "from",
        "a",
        "b",
        "c",
        "balance",
        "log",
        "stick-table",
        "type",
        "ip",
        "size",
        "1k",
        "http-request",
        "redirect",
        "cookie",
        "track",
        "resolvers",
        "inter",
        "0",
        "\\",
        '"',
        "'",
        "$X",
        "${X}",
        "{{x}}",
        "#",
        "\r",
        "\x00",
        "é",
        "default_backend",
        "masters",
        "6443",
        "no",
        "stats",
        "http-check",
        "expect",
        "status",
        "connect",
        "port",
    ]
)
_LINE = st.lists(_WORDS, max_size=9).map(" ".join)
_TEXT = st.lists(_LINE, max_size=25).map(lambda lines: "\n".join(lines) + "\n")
_EXAMPLES = [
    text
    for scope in (Scope.HAPROXY, Scope.PARSE)
    for rule in rules_of(scope)
    for case in cases_of(rule.name)
    for path, text in case.files.items()
    if path.endswith("haproxy.cfg")
]


@given(_TEXT)
def test_any_words(text: str) -> None:
    report_on(text)
    report_on(text, version="2.8")


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    report_on(text)


@settings(max_examples=times(200))
@given(st.sampled_from(_EXAMPLES), st.data())
def test_examples_with_a_piece_cut_out(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    report_on(text[:start] + text[end:])


def _generated(backends: int) -> str:
    parts = [DEFAULTS]
    for number in range(backends):
        parts.append(
            f"frontend f{number}\n    bind *:{1024 + number}\n    acl a src 10.0.0.0/8\n"
            f"    use_backend b{number} if a\n    default_backend b{number}\n"
            f"backend b{number}\n    balance roundrobin\n"
            f"    server s1 10.0.{number // 250}.{number % 250}:80 check inter 2s\n"
        )
    return "".join(parts)


def test_time_grows_with_the_size_only() -> None:
    """Ten times the sections must not take a hundred times as long."""
    findings(_generated(20))  # the tables are read
    seconds = []
    for backends in (200, 2000):
        text = _generated(backends)
        start = time.process_time()
        assert findings(text) == []
        seconds.append(time.process_time() - start)
    assert seconds[1] < 40 * max(seconds[0], 0.01)
