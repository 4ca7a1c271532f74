"""The grammars of sample expressions and log formats."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.grammar.haproxy_samples import (
    ALIAS,
    LONE_PERCENT,
    ONLY_FLAGS,
    SAMPLE,
    UNCLOSED_FLAGS,
    UNCLOSED_SAMPLE,
    parse_format,
    parse_sample,
    read_format,
    read_sample,
)

_ALPHABET = st.text(alphabet="ab1_.%[](){}'\"\\, \t$#", max_size=60)


def _calls(text: str) -> list[tuple[str, tuple[str, ...] | None]]:
    expression = read_sample(text)
    assert expression is not None
    return [(call.name, call.arguments) for call in expression.calls]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("src", [("src", None)]),
        ("base32+src", [("base32+src", None)]),
        ("hdr(host),lower", [("hdr", ("host",)), ("lower", None)]),
        ("path,,lower,", [("path", None), ("lower", None)]),
        ("path,field(1,',')", [("path", None), ("field", ("1", "','"))]),
        ('path,concat(",",b)', [("path", None), ("concat", ('","', "b"))]),
        ("path,regsub(\\(a\\),b)", [("path", None), ("regsub", ("\\(a\\)", "b"))]),
        ("hdr()", [("hdr", ("",))]),
        ("", []),
    ],
)
def test_expressions(text: str, calls: list[tuple[str, tuple[str, ...] | None]]) -> None:
    assert _calls(text) == calls


@pytest.mark.parametrize(
    ("text", "rest"),
    [("path)x", ")x"), ("hdr(host)lower", "lower"), (",lower", ",lower"), ("path,?", "?"), ("regsub((a),b)", ")")],
)
def test_what_is_not_read_is_the_rest(text: str, rest: str) -> None:
    expression = read_sample(text)
    assert expression is not None
    assert (expression.rest, text[expression.end :]) == (rest, rest)


def test_an_unclosed_call() -> None:
    expression = read_sample("hdr(host,lower")
    assert expression is not None
    assert not expression.calls[0].closed


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("%ci:%cp [%t] %{+Q}r", [(ALIAS, "ci", 0), (ALIAS, "cp", 4), (ALIAS, "t", 9), (ALIAS, "r", 13)]),
        ("a %[path,lower]x", [(SAMPLE, "", 2)]),
        ("%{+Q}[path]", [(SAMPLE, "", 0)]),
        ("%[path", [(UNCLOSED_SAMPLE, "", 0)]),
        ("%[path ]", [(UNCLOSED_SAMPLE, "", 0)]),
        ("%[path,]", [(UNCLOSED_SAMPLE, "", 0)]),
        ("%{+Q", [(UNCLOSED_FLAGS, "%{+Q", 0)]),
        ("%{+Q}.", [(ONLY_FLAGS, "{+Q}", 0)]),
        ("100%", [(LONE_PERCENT, "%", 3)]),
        ("100% of", [(LONE_PERCENT, "%", 3)]),
        ("%3", [(LONE_PERCENT, "%", 0)]),
        ("100%% %! %(name)ci", []),
    ],
)
def test_log_formats(text: str, kinds: list[tuple[str, str, int]]) -> None:
    parts = read_format(text)
    assert parts is not None
    assert [(part.kind, part.text, part.start) for part in parts] == kinds


def test_places_in_a_log_format_are_those_of_the_text() -> None:
    (part,) = read_format("a %{Q}[path,lower]") or []
    assert part.expression is not None
    assert [call.start for call in part.expression.calls] == [7, 12]


@given(st.text() | _ALPHABET)
def test_any_text_is_read(text: str) -> None:
    expression = read_sample(text)
    assert expression is not None
    assert text.endswith(expression.rest)
    for call in expression.calls:
        assert text.startswith(call.name, call.start)
    parts = read_format(text)
    assert parts is not None
    assert all(text[part.start] == "%" for part in parts)


def _seconds(text: str) -> float:
    began = time.process_time()
    read_sample(text)
    read_format(text)
    return time.process_time() - began


@pytest.mark.parametrize(
    "unit",
    [",lower", "(", "%[", "%[src]", "%{", "%{+Q}", "%[a(", "%ci", "%", "%%", "\\", "'", '"', "a,", "path,lower(a),"],
)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    """Three times as much takes about three times as long; a square would take nine times."""
    taken = []
    for characters in (8_000, 24_000):
        for read in (read_sample, read_format):
            read(unit)
        text = "src" + unit * (characters // len(unit))
        taken.append(min(_seconds(text) for _ in range(3)))  # the collector may run in between
    assert taken[1] < 6 * taken[0] + 0.2
    assert taken[1] < 10


def test_what_is_endless_is_left_open() -> None:
    assert read_sample("a" * 1_000_000) is None
    assert read_format("%ci" * 1_000_000) is None


_PIECES = st.sampled_from(
    ["%[", "]", "%{+Q}", "%ci", "src", "hdr(host)", ",", "lower()", "%%", "(a,b)", " ", "%", "{", "}", "rand(9)", "\\"]
)


@given(_ALPHABET | st.lists(_PIECES, max_size=8).map("".join))
def test_what_is_read_without_the_grammars_reads_the_same(text: str) -> None:
    assert read_sample(text) == parse_sample(text)
    assert read_format(text) == parse_format(text)
