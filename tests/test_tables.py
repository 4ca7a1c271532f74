"""A row that fails is not lost among the others."""

from __future__ import annotations

import pytest

from tests.tables import each


def small(number: int) -> None:
    assert number < 3


def test_each_failing_row_is_named_and_the_rows_behind_it_are_checked() -> None:
    rows = [("one", 1), ("seven", 7), ("two", 2), ("eight", 8)]
    with pytest.raises(ExceptionGroup, match="2 of 4 rows fail") as several:
        each(rows, small)
    assert [error.__notes__ for error in several.value.exceptions] == [["this was seven"], ["this was eight"]]
    with pytest.raises(AssertionError) as single:
        each(rows[:3], small)
    assert single.value.__notes__ == ["this was seven"]
    with pytest.raises(AssertionError, match="the table is empty"):
        each([], small)
