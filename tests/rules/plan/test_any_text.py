"""Whatever stands in halb.toml: it is a plan, or one line says that it is none, and soon."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.plan import ClusterError, parse_cluster
from rules.plan.toml.load import LARGEST
from tests.examples import times
from tests.rules.plan.plan import PLAN

pytestmark = pytest.mark.slow


def outcome(text: str) -> str:
    """ "" for a text that is a plan, else what is wrong with it."""
    try:
        plan = parse_cluster(text, "halb.toml")
    except ClusterError as error:
        return str(error)
    assert plan.source.text == text
    return ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "[" * 50_000, "lists or tables are nested too deeply"),
        ("a = " + "{a = " * 20_000, "lists or tables are nested too deeply"),
        ("a = " + "9" * 5000, "a number in it has too many digits"),
        ("#" * (LARGEST + 1), "larger than 256 KiB, which no halb.toml is"),
    ],
)
def test_a_monstrous_file_is_an_error(text: str, message: str) -> None:
    assert outcome(text) == f"halb.toml: {message}"


PIECES = st.one_of(
    st.text(max_size=4),
    st.sampled_from(PLAN.split()),
    st.sampled_from(["\n", "[", "]", "{", "}", '"', "'", '"""', "=", ",", ".", "#", "\\", "\0", "\r", "-1", "9" * 30]),
)


@st.composite
def damaged_plans(draw: st.DrawFn) -> str:
    text = PLAN
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        text = text[:start] + draw(PIECES) + text[end:]
    return text


@settings(max_examples=times(300))
@given(st.one_of(st.text(st.characters()), damaged_plans(), st.lists(PIECES).map("".join)))
def test_any_text_gives_a_plan_or_one_printable_line(text: str) -> None:
    message = outcome(text)
    assert message == "" or message.startswith("halb.toml:")
    assert message.isprintable()


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(".".join("a" * 120) + "{0} = 1\n", id="keys of many parts"),
        pytest.param("[" + ".".join("a" * 120) + "{0}]\n", id="headers of many parts"),
        pytest.param("a . ", id="an open key with blanks"),
        pytest.param("[[lb]]\nname = '{0}'\n", id="many load balancers"),
        pytest.param("[[lb]]\nname = 'n{0}'\naddress = 'fd00::{0}'\n", id="many addresses"),
        pytest.param('""', id="quotes"),
        pytest.param('"." ', id="quoted dots"),
    ],
)
def test_the_largest_file_takes_no_time(piece: str) -> None:
    text, number = "", 1
    pieces: list[str] = []
    length = 0
    while length < LARGEST - 1000:
        pieces.append(piece.format(number))
        length += len(pieces[-1])
        number += 1 if number < 9999 else -9998
    text = "".join(pieces)
    start = process_time()
    message = outcome(text)
    assert process_time() - start < 5
    assert message == "" or message.startswith("halb.toml:")
