"""What stands between two words does not matter to the daemons, so it must not matter to a rule."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable

import pytest

from rules import lint
from rules.engine.examples import Case, cases_of
from rules.engine.finding import Finding
from rules.engine.registry import all_rules
from rules.files.kinds import HAPROXY, kind_of
from tests import examples
from tests.rules.examples import CLUSTER, HOST, LIVE, NATIVE, options_of
from tests.tables import each

CASES = {
    rule.code: [(case.title, case) for case in cases_of(rule.examples) if not {LIVE, HOST, NATIVE} & set(case.files)]
    for rule in all_rules()
}
# What separates words for haproxy and for keepalived.
_SPACES = {HAPROXY: ["\t", "  ", " \t", "\t\t ", "\v", " \f"], "keepalived": ["\t", "  ", " \t", "\t\t "]}
_GAP = re.compile(r"(?<=\S)[ \t]+(?=\S)")


def respaced(text: str, kind: str, choose: Callable[[list[str]], str]) -> str:
    """The text with other space between the words of each line; lines in which a space may belong to a word
    (quotes, escapes, template markers) and comments stay.
    """
    lines = []
    for original in text.split("\n"):
        line = original
        code = re.split("#" if kind == HAPROXY else "[#!]", line, maxsplit=1)[0]
        if not any(mark in code for mark in "\"'\\{%~$[<"):
            line = _GAP.sub(lambda _: choose(_SPACES[kind]), code) + line[len(code) :]
        lines.append(line)
    return "\n".join(lines)


def places(findings: Iterable[Finding]) -> list[tuple[str, str, int]]:
    return [(finding.code, finding.location.file, finding.location.line) for finding in findings]


def variants(case: Case) -> list[dict[str, str]]:
    rng = random.Random(7)
    ways: list[Callable[[list[str]], str]] = [lambda _: "\t", rng.choice]
    if examples.ALL:
        ways.append(lambda _: "   ")
    found = []
    for choose in ways:
        files = dict(case.files)
        for path, text in case.files.items():
            kind = kind_of(path, text) or ""
            if path != CLUSTER and kind in _SPACES:
                files[path] = respaced(text, kind, choose)
        found.append(files)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("code", [code for code, cases in CASES.items() if cases])
def test_other_space_between_the_words_gives_the_same_findings(code: str) -> None:
    each(CASES[code], has_the_same_findings_with_other_space)


def has_the_same_findings_with_other_space(case: Case) -> None:
    expected = places(lint(case.files, options_of(case)).findings)
    for files in variants(case):
        assert places(lint(files, options_of(case)).findings) == expected


def found_in(text: str) -> set[tuple[str, int]]:
    return {(finding.code, finding.location.line) for finding in lint({"haproxy.cfg": text}).findings}


_PROXY = "frontend f\n    bind :6443\n    default_backend b\n\nbackend b\n    mode tcp\n"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("HA031", "    server a 10.0.0.1:80 check\tresolvers\tnosuch"),
        ("HA031", '    server a 10.0.0.1:80 check "resolvers" nosuch'),
        ("HA031", r"    server a 10.0.0.1:80 check r\x65solvers nosuch"),
        ("HA031", "    server a 10.0.0.1:80 check\ttrack\tb/nosuch"),
        ("HA031", '    server a 10.0.0.1:80 check tr"ack" nosuch'),
        ("HA005", "    server a 10.0.0.1:80 check inter\t5"),
        ("HA005", '    server a 10.0.0.1:80 check "inter" 5'),
        ("HA005", r"    server a 10.0.0.1:80 check in\x74er '5'"),
        ("HA034", "    server a 10.0.0.1:80 check\tinter\t5sx inter x"),
        ("HA034", r"    server a 10.0.0.1:80 check s\x73l"),
        ("HA013", "    server a\t127.0.0.1:6443"),
        ("HA013", r"    server a 127.0.0.\x31:6443"),
        ("HA013", "    server a 127.0.0.'1':6443"),
        ("HA028", "    server a 10.0.0.1:80\n    server\ta\t10.0.0.2:80"),
        ("HA028", "    server a 10.0.0.1:80\n    server 'a' 10.0.0.2:80"),
    ],
)
def test_a_mistake_is_found_however_it_is_written(code: str, line: str) -> None:
    text = _PROXY + line + "\n"
    assert (code, text.count("\n")) in found_in(text)


def test_a_plain_check_of_a_tls_port_is_found_however_it_is_written() -> None:
    for port in ("6443", r"64\x343", "'6443'"):
        text = f"{_PROXY}    option\thttpchk\n    server\ta\t10.0.0.1:{port}\tcheck\n"
        assert "HA002" in {code for code, _ in found_in(text)}, port


def test_a_word_that_is_only_a_little_like_a_section_hides_no_mistake_after_it() -> None:
    found = found_in("defaults\n    log~SEQglobal\n    timeo client 1h\n    timeout sxrver 1h\n")
    assert {("HA029", 2), ("HA029", 3), ("HA029", 4)} <= found


def test_the_port_counts_behind_a_host_that_a_deployment_fills_in() -> None:
    text = "frontend web\n    mode tcp\n    bind :443\n    default_backend b\n\nbackend b\n    mode http\n"
    for host in ("10.0.0.1", "__WEB__", "${WEB}"):
        assert "HA001" in {code for code, _ in found_in(f"{text}    server a {host}:443\n")}, host
