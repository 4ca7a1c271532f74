"""Several changes of a text at once."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.edits import Edit, OverlapError, apply_edits
from parsers.source import Source, Span

TEXT = "global\n  daemon\nfrontend a\n"
SOURCE = Source("haproxy.cfg", TEXT)


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(Span(SOURCE, start, end), text)


def test_without_edits_the_text_stays() -> None:
    assert apply_edits(SOURCE, []) == TEXT


def test_stretches_are_replaced_removed_and_put_between() -> None:
    assert apply_edits(SOURCE, [edit(0, 6, "GLOBAL"), edit(7, 16, ""), edit(16, 16, "# a\n")]) == (
        "GLOBAL\n# a\nfrontend a\n"
    )


def test_insertions_at_the_same_offset_keep_their_order() -> None:
    assert apply_edits(SOURCE, [edit(27, 27, "1"), edit(0, 0, "x"), edit(27, 27, "2"), edit(27, 27, "3")]) == (
        f"x{TEXT}123"
    )


def test_an_insertion_may_stand_at_both_ends_of_a_changed_stretch() -> None:
    edits = [edit(7, 16, "-"), edit(16, 16, ">"), edit(7, 7, "<")]
    assert apply_edits(SOURCE, edits) == "global\n<->frontend a\n"


@pytest.mark.parametrize(
    ("first", "second"), [((0, 8), (7, 16)), ((7, 16), (8, 8)), ((7, 16), (7, 16)), ((0, 20), (3, 4))]
)
def test_an_overlap_names_both_places(first: tuple[int, int], second: tuple[int, int]) -> None:
    edits = [edit(*first, "a"), edit(*second, "b")]
    for order in (edits, edits[::-1]):
        with pytest.raises(OverlapError) as caught:
            apply_edits(SOURCE, order)
        assert {caught.value.first, caught.value.second} == set(edits)


def test_an_overlap_says_where() -> None:
    with pytest.raises(OverlapError, match=r"edits of haproxy\.cfg:1:1-2:2 and of haproxy\.cfg:2:1-3:1 overlap"):
        apply_edits(SOURCE, [edit(7, 16, ""), edit(0, 8, "")])


def test_an_edit_of_another_text_is_refused() -> None:
    other = Source("other.cfg", TEXT)
    with pytest.raises(ValueError, match=r"other\.cfg"):
        apply_edits(SOURCE, [Edit(Span(other, 0, 1), "")])


@pytest.mark.parametrize("span", [(-1, 2), (3, 2), (0, 28)])
def test_a_place_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="27"):
        apply_edits(SOURCE, [edit(*span, "")])


@given(
    st.lists(st.tuples(st.text("ab\n", max_size=3), st.none() | st.text("XY\r\n", max_size=3)), max_size=8),
    st.randoms(use_true_random=False),
)
def test_what_is_not_changed_stays_in_any_order_of_the_edits(
    pieces: list[tuple[str, str | None]], shuffle: random.Random
) -> None:
    """Pieces that stay (None) and pieces that become something else, side by side."""
    source = Source("x", "".join(old for old, _ in pieces))
    edits, at, expected = [], 0, ""
    for old, new in pieces:
        # Two empty pieces in one place would be told apart by their order alone.
        if new is not None and old:
            edits.append(Edit(Span(source, at, at + len(old)), new))
            expected += new
        else:
            expected += old
        at += len(old)
    shuffle.shuffle(edits)
    assert apply_edits(source, edits) == expected


@given(
    st.text("ab\n", max_size=8),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.text("XY", max_size=2)), max_size=4),
)
def test_edits_overlap_exactly_when_they_share_a_character_or_one_inserts_inside_the_other(
    text: str, places: list[tuple[int, int, str]]
) -> None:
    source = Source("x", text)
    size = len(text)
    edits = [Edit(Span(source, min(a, b, size), min(max(a, b), size)), new) for a, b, new in places]
    shared = any(
        max(one.span.start, two.span.start) < min(one.span.end, two.span.end)
        or one.span.start < two.span.start == two.span.end < one.span.end
        or two.span.start < one.span.start == one.span.end < two.span.end
        for number, one in enumerate(edits)
        for two in edits[:number]
    )
    try:
        result = apply_edits(source, edits)
    except OverlapError:
        assert shared
    else:
        assert not shared
        changed = sum(edit.span.end - edit.span.start for edit in edits)
        assert len(result) == size - changed + sum(len(edit.text) for edit in edits)
