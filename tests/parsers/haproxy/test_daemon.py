"""The parser beside the real `haproxy -c`: words, conditions, headers, and the measured cases."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers import parse_haproxy
from parsers.haproxy.document import HaproxyDocument
from parsers.keywords.haproxy import haproxy_table
from parsers.source import Source
from tests.daemons import program
from tests.examples import times
from tests.shared import shared
from tests.tools.keywords.haproxy_notes import BUILD_GLOBAL

LEXICAL = {
    "unmatched quote": "unterminated-quote",
    "hexadecimal": "invalid-escape",
    "forbidden first char": "invalid-variable",
    "unmatched brace": "invalid-variable",
    "word expansion": "invalid-variable",
    "Stray NUL": "nul-character",
    "too many words": "too-many-words",
}
HEAD = "global\n setenv X 'p q'\n"
_MESSAGE = re.compile(r"\[(NOTICE|ALERT)\] +\(\d+\) : config : parsing \[[^\]]*:(\d+)\] ?: ([^\n]*)")


def run(folder: Path, text: str) -> tuple[int, str]:
    path = folder / "haproxy.cfg"
    path.write_bytes(Source("", text).to_bytes())
    done = subprocess.run(
        [program("haproxy"), "-c", "-f", path],
        capture_output=True,
        env={"PATH": "/usr/sbin:/usr/bin:/bin"},
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.decode("utf-8", "surrogateescape")


@lru_cache(1)
def is_version_2_6() -> bool:
    done = subprocess.run([program("haproxy"), "-v"], capture_output=True, text=True, check=True)
    return "version 2.6." in done.stdout


def answers(output: str) -> dict[int, tuple[str, str]]:
    """What haproxy said of each `.notice` line: its word, its unexpected second word, or a lexical error."""
    found: dict[int, tuple[str, str]] = {}
    for level, number, message in _MESSAGE.findall(output):
        second = re.match(r"Unexpected argument '(.*)' for '.notice'", message)
        kinds = [kind for text, kind in LEXICAL.items() if text in message]
        if level == "NOTICE":
            found.setdefault(int(number), ("word", message.removesuffix(".")[1:-1]))
        elif second:
            found.setdefault(int(number), ("second", second[1]))
        elif kinds:
            found.setdefault(int(number), ("problem", kinds[0]))
    return found


def our_answers(document: HaproxyDocument) -> dict[int, tuple[str, str] | None]:
    """The same from the parser; None where an unknown variable takes part."""
    found: dict[int, tuple[str, str] | None] = {}
    for problem in document.problems:
        if problem.kind in LEXICAL.values():
            found.setdefault(problem.span.line, ("problem", problem.kind))
    for line in document.dot_lines:
        words = line.words
        number = words[0].span.line
        if any(word.dynamic for word in words):
            found.setdefault(number, None)
        elif len(words) > 2:
            found.setdefault(number, ("second", words[2].value))
        else:
            found.setdefault(number, ("word", words[1].value if len(words) > 1 else ""))
    return found


PIECES = st.sampled_from(
    [
        "a", "b", " ", "  ", "\t", '"', "'", "\\", "#", "$", "{", "}", "X", "_", ".", "-", "x", "4", ":", "[", "*", "]",
        "\r", "\v", "${X}", "$X", "${Y-d e}", "\\ ", "\\x41", '"$', "é", "${X[*]}", ".LINE", "t", '"', "'", '"${X}"',
    ]
)  # fmt: skip


@pytest.mark.daemon("haproxy")
@given(st.lists(st.lists(PIECES, min_size=1, max_size=9).map("".join), min_size=1, max_size=30))
@settings(max_examples=times(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_words_are_those_of_haproxy(tmp_path: Path, lines: list[str]) -> None:
    # An empty word first is left out: '.notice' alone looks behind it.
    lines = [line for line in lines if not re.match(r"\s*(\"\"|'')", line)]
    text = HEAD + "".join(f".notice {line}\n" for line in lines)
    theirs = answers(run(tmp_path, text)[1])
    ours = our_answers(parse_haproxy(text))
    for number, answer in theirs.items():
        if ours.get(number, "nothing") is not None:
            assert ours.get(number) == answer, lines[number - 3]


CONDITIONS = [
    "0", "1", "", "!0", "! 1", "1 && 0", "1&&1", "0 || 1", "1 || 0 && 0", "(1)", "((1)", "1)", "1 &&", "&& 1", "1 1",
    "()",
    "true", "01", "-1", "+1", "0x1", "1abc", '"1"', "(1 || 0) && 0",
    "!(1 && 0)", "!!1", "1 || (0", "foo(bar)", "1 || foo",
]  # fmt: skip


@pytest.mark.daemon("haproxy")
@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_are_those_of_haproxy(tmp_path: Path, condition: str) -> None:
    text = f"global\n.if {condition}\n.notice yes\n.else\n.notice no\n.endif\n"
    _, output = run(tmp_path, text)
    document = parse_haproxy(text)
    refused = "[ALERT]" in output
    assert refused == bool(document.problems)
    if not refused:
        said = {word for level, _, word in _MESSAGE.findall(output) if level == "NOTICE"}
        (notice,) = [line for line in document.dot_lines if line.keyword == ".notice"]
        assert said == {f"'{notice.args[0].value}'."}


HEADERS = [
    "global x", "frontend", "frontend a/b", "frontend a b", "frontend a from", "listen é", "userlist", "userlist a/b",
    "userlist a b", "peers", "peers a/b", "peers a b", "resolvers", "resolvers a b", "resolvers a/b", "mailers a b",
    "mailers a/b", "cache", "cache a b", "cache a/b", "http-errors a b", "ring a/b", "ring a b", "log-forward a b",
    "log-forward a/b", "defaults a b", "defaults from",
    "defaults a/b", "namespace_list x", "[x] y", "[x]", "[", "[a b]", "[]",
    "program", "program a b", "frontend from",
]  # fmt: skip


@pytest.mark.daemon("haproxy")
@pytest.mark.parametrize("header", HEADERS)
def test_headers_are_those_of_haproxy(tmp_path: Path, header: str) -> None:
    text = f"{header}\n"
    _, output = run(tmp_path, text)
    about_the_header = [m for _, number, m in _MESSAGE.findall(output) if number == "1"]
    assert bool(about_the_header) == bool(parse_haproxy(text).problems), output


def test_cases_that_were_measured() -> None:
    """No certain problem where every version was content, and the lexical errors of 2.6 are all found."""
    cases = json.loads((shared() / "data" / "haproxy-cases.json").read_text(encoding="utf-8"))["cases"]
    for case in cases:
        data = case["text"].encode() if "text" in case else base64.b64decode(case["base64"])
        source = Source.from_bytes("haproxy.cfg", data)
        document = parse_haproxy(source.text)
        assert str(document) == source.text
        certain = [problem for problem in document.problems if problem.certain]
        content = all(answer["rc"] in (0, 2) for answer in case["versions"].values())
        assert not (content and certain), case["name"]
        messages = " ".join(case["versions"]["2.6"]["messages"])
        expected = {kind for text, kind in LEXICAL.items() if text in messages}
        assert expected <= {problem.kind for problem in document.problems}, case["name"]
        if "Missing LF" in messages:
            assert "missing-final-newline" in {problem.kind for problem in document.problems}, case["name"]


@pytest.mark.daemon("haproxy")
@pytest.mark.slow
def test_the_keyword_table_is_that_of_haproxy_2_6(tmp_path: Path) -> None:
    """One line per keyword of the table: the installed 2.6 calls exactly those unknown that the table says it does."""
    if not is_version_2_6():
        pytest.skip("the installed haproxy is not 2.6")
    headers = {"global": "global", "defaults": "defaults", "frontend": "frontend a", "backend": "backend a",
               "listen": "listen a"}  # fmt: skip
    names = sorted({name for section in headers if (b := haproxy_table().section(section)) for name in b.entries})
    # "quiet" silences haproxy from there on; what a build may lack is never called unknown.
    names = [name for name in names if name != "quiet" and name not in BUILD_GLOBAL]
    for section, header in headers.items():
        block = haproxy_table().section(section)
        assert block is not None
        for start in range(0, len(names), 15):  # haproxy stops after 50 errors, and some lines are worth several
            part = names[start : start + 15]
            table = {name for name in part if block.status(name, "2.6") == "unknown"}
            found = unknown_keywords(tmp_path, section, header, part)
            for name in table - found:  # some keywords make haproxy give up, and hide those behind them
                found |= unknown_keywords(tmp_path, section, header, [name])
            assert found == table, section


def unknown_keywords(folder: Path, section: str, header: str, names: list[str]) -> set[str]:
    _, output = run(folder, f"{header}\n" + "".join(f" {name}\n" for name in names))
    return set(re.findall(rf"unknown keyword '([^']*)' in '{section}' section", output))
