"""One test for all rows of a table: cheaper than a test for each, where a row is checked in a few milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def each(rows: Iterable[tuple[str, T]], check: Callable[[T], None]) -> None:
    """Check every row, also behind one that fails; what is raised tells the names of those that failed."""
    errors: list[Exception] = []
    count = 0
    for name, row in rows:
        count += 1
        try:
            check(row)
        except Exception as error:
            error.add_note(f"this was {name}")
            errors.append(error)
    assert count, "the table is empty"
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup(f"{len(errors)} of {count} rows fail", errors)
