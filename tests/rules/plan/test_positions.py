"""Where the values of a TOML text stand: what is found there is what tomllib read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parsers.source import Source
from rules.plan.toml.places import Places
from tests.examples import times
from tests.rules.plan.toml_texts import SPECIAL, documents

pytestmark = pytest.mark.slow

Way = tuple[str | int, ...]


def positions(text: str) -> Places:
    tomllib.loads(text)
    return Places(Source("halb.toml", text))


def values(value: Any, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Every value that is no table and holds none, with the way to it."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from values(below, (*way, key))
        return
    if isinstance(value, list):
        for index, below in enumerate(value):
            yield from values(below, (*way, index))
    if not holds_table(value):
        yield way, value


def holds_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(holds_table, value)))


def check_all(text: str) -> int:
    """Every value's span parses to the value, and no two single values share a character; how many there are."""
    places = Places(Source("halb.toml", text))
    taken: list[tuple[int, int]] = []
    count = 0
    for way, value in values(tomllib.loads(text)):
        span = places.exact(way)
        assert span is not None, (way, text)
        # repr: NaN is not equal to itself, and True is equal to 1.
        assert repr(tomllib.loads(f"x = {span.text}")["x"]) == repr(value), (way, text)
        if not isinstance(value, list):
            taken.append((span.start, span.end))
        count += 1
    taken.sort()
    assert all(left[1] <= right[0] for left, right in pairwise(taken)), text
    return count


EXAMPLE = '''\
# a comment = "with a value"
title = "top"   # [not] = a table
[vip]
address = "192.168.2.140/24"
'address6' = 'fd00::1/64'
[vrrp] # [[lb]]
"auth_pass" = """a"b"" c\\"""""
limits.a . "b.c" = [ 1, 2 ]
[[lb]]
name = "lb1"
files = [
  "a.cfg",   # ] "not this",
  'b.conf',
]
[[lb]]
name = "lb2"
where = { rack = 4, row . x = "r", list = [ { a = 1 }, { a = 2 } ] }
[lb.deep."er"]
when = 1979-05-27 07:32:00Z
[ lint . per-file-ignores ]
"lb1/*" = ["KA"]
'''


@pytest.mark.parametrize(
    ("way", "line", "text"),
    [
        (("title",), 2, '"top"'),
        (("vip",), 3, "[vip]"),
        (("vip", "address"), 4, '"192.168.2.140/24"'),
        (("vip", "address6"), 5, "'fd00::1/64'"),
        (("vrrp", "auth_pass"), 7, '"""a"b"" c\\"""""'),
        (("vrrp", "limits"), 8, "limits"),
        (("vrrp", "limits", "a", "b.c"), 8, "[ 1, 2 ]"),
        (("vrrp", "limits", "a", "b.c", 1), 8, "2"),
        (("lb",), 9, "[[lb]]"),
        (("lb", 0), 9, "[[lb]]"),
        (("lb", 0, "name"), 10, '"lb1"'),
        (("lb", 0, "files", 0), 12, '"a.cfg"'),
        (("lb", 0, "files", 1), 13, "'b.conf'"),
        (("lb", 1), 15, "[[lb]]"),
        (("lb", 1, "name"), 16, '"lb2"'),
        (("lb", 1, "where", "rack"), 17, "4"),
        (("lb", 1, "where", "row", "x"), 17, '"r"'),
        (("lb", 1, "where", "list", 1, "a"), 17, "2"),
        (("lb", 1, "deep"), 18, '[lb.deep."er"]'),
        (("lb", 1, "deep", "er", "when"), 19, "1979-05-27 07:32:00Z"),
        (("lint",), 20, "[ lint . per-file-ignores ]"),
        (("lint", "per-file-ignores", "lb1/*"), 21, '["KA"]'),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_form_of_key_has_its_place(way: Way, line: int, text: str, end: str) -> None:
    span = positions(EXAMPLE.replace("\n", end)).exact(way)
    assert span is not None
    assert (span.line, span.text) == (line, text)


def test_all_values_of_the_example_are_found() -> None:
    assert check_all(EXAMPLE) == 19
    assert check_all(EXAMPLE.replace("\n", "\r\n")) == 19


def test_what_is_not_there_has_the_place_of_the_table_around_it() -> None:
    places = positions(EXAMPLE)
    assert places.span(("lb", 1, "address")).line == 15
    assert places.span(("lb", 0, "files", 7)).line == 11
    assert places.exact(("lb", 1, "address")) is None
    assert places.find(("nothing",)) is None
    assert places.span(("nothing", "here")).line == 1


def test_a_header_of_its_own_beats_that_of_a_table_below() -> None:
    assert positions("[a.b]\n[a]\n").span(("a",)).line == 2


def test_tables_below_an_array_of_tables_belong_to_the_last_one() -> None:
    text = "[[a]]\n[[a.b]]\nx = 1\n[[a.b]]\nx = 2\n[[a]]\n[[a.b]]\nx = 3\n[a.c]\nx = 4\n"
    places = positions(text)
    ways: list[Way] = [("a", 0, "b", 0, "x"), ("a", 0, "b", 1, "x"), ("a", 1, "b", 0, "x"), ("a", 1, "c", "x")]
    assert [places.span(way).text for way in ways] == ["1", "2", "3", "4"]


def test_a_byte_order_mark_shifts_nothing() -> None:
    places = Places(Source("halb.toml", '\ufeff[vip]\naddress = "x"\n'))
    assert (places.span(("vip",)).text, places.span(("vip", "address")).text) == ("[vip]", '"x"')


def test_after_a_form_that_is_unknown_the_table_is_the_place() -> None:
    text = '[a]\nx = 1\n[b]\ny = <1>\nz = "]]" ?\nw = 4\n'
    places = Places(Source("halb.toml", text))
    assert places.span(("a", "x")).text == "1"
    assert places.span(("b", "w")).text == "[b]"
    assert places.exact(("b", "w")) is None


@given(st.text())
def test_no_text_at_all_makes_the_search_fail(text: str) -> None:
    assert Places(Source("halb.toml", text)).find(("no such key",)) is None or '"no such key"' in text


@settings(max_examples=times(80))
@given(documents())
def test_the_text_at_each_place_is_the_value_that_tomllib_read(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
    check_all(text)


@settings(max_examples=times(300))
@given(st.data())
def test_the_places_of_a_damaged_text_that_is_toml_still_are_right(data: st.DataObject) -> None:
    text = EXAMPLE
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        piece = st.one_of(st.text(max_size=3), SPECIAL, st.sampled_from(['"""', "'''", "[[lb]]\n", "\n", "#", "]\n["]))
        text = text[:start] + data.draw(piece) + text[end:]
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert Places(Source("halb.toml", text)).find(("no such key",)) is None
    else:
        check_all(text)


@pytest.mark.parametrize(
    "piece",
    ["k{0} = 1\n", "[[lb]]\nname = 'x'\n", "[t{0}.a.b.c]\nx = {{ a = 1 }}\n", "# {0}\n", '"\\u0041{0}" = "\\\\ \\""\n'],
)
def test_time_grows_with_the_length_of_the_text(piece: str) -> None:
    def shortest(count: int) -> float:
        source = Source("halb.toml", "".join(piece.format(number) for number in range(count)))
        times = []
        for _ in range(3):
            start = process_time()
            Places(source)
            times.append(process_time() - start)
        return min(times)

    assert shortest(16000) < 80 * shortest(1000)  # 16 times the text; a square would be 256


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a = [" + "1," * 100_000 + "]", id="a long array"),
        pytest.param("a = '''" + "''x" * 80_000 + "'''", id="a long literal string"),
        pytest.param('a = """' + '\\"""x' * 50_000 + '"""', id="a long string with quotes"),
        pytest.param('a = "' + "\\n" * 100_000 + '"', id="a string of escapes"),
        pytest.param("[" * 100_000 + "]" * 100_000, id="brackets"),
        pytest.param("a = " + "[" * 100_000, id="open brackets"),
        pytest.param("a = " + "{a=" * 60_000, id="open tables"),
        pytest.param(".".join("a" * 100_000) + " = 1", id="a key of many parts"),
        pytest.param('a = "' + "x\\" * 100_000, id="an open string"),
    ],
)
def test_long_and_deep_texts_are_walked_in_no_time(text: str) -> None:
    start = process_time()
    Places(Source("halb.toml", text))
    assert process_time() - start < 2
