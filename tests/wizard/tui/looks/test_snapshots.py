"""What each step shows is as it was: `make renew` when it changes on purpose."""

from __future__ import annotations

from functools import cache

import pytest

from tests.wizard.tui.support.snapshots import KEYS, SIZES, path_of, taken

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("snapshots")]

_taken = cache(taken)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("key", [*KEYS, "frames"])
def test_the_screen_is_as_it_was(key: str, size: tuple[int, int]) -> None:
    found = _taken(size)[key]
    assert found == path_of(key, size).read_text(encoding="utf-8")
    assert all(len(line) <= size[0] for line in found.splitlines())
