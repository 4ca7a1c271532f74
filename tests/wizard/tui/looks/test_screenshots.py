"""The pictures of the README and of docs/walkthrough.md show the wizard as it is now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from screenshots.make import FOLDER, SERIES
from tests.programs import ROOT

PAGES = {FOLDER: ROOT / "README.md", FOLDER / "walkthrough": ROOT / "docs" / "walkthrough.md"}
LARGEST = 40_000  # characters
_SHOWN = re.compile(r"(?<=>)[^<>]*(?=</text>)")
_HOST = re.compile(r"(?:https?:)?//[a-z0-9.-]+", re.IGNORECASE)


@pytest.mark.slow
@pytest.mark.parametrize("folder", SERIES, ids=lambda folder: folder.name)
def test_the_pictures_are_up_to_date(folder: Path) -> None:
    made = dict(SERIES[folder]())
    assert {path.name for path in folder.glob("*.svg")} == set(made)
    stale = [name for name, svg in made.items() if (folder / name).read_text(encoding="utf-8") != svg]
    assert stale == [], "run 'make screenshots'"


@pytest.mark.parametrize("folder", SERIES, ids=lambda folder: folder.name)
def test_the_pictures_are_shown_in_their_order(folder: Path) -> None:
    page = PAGES[folder]
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+\.svg)\)", page.read_text(encoding="utf-8"))
    here = sorted(folder.glob("*.svg"))
    assert here
    # One of them may stand above all others as well.
    last = list(dict.fromkeys((page.parent / path).resolve() for path in reversed(shown)))
    assert last[::-1] == here


@pytest.mark.parametrize("folder", SERIES, ids=lambda folder: folder.name)
def test_the_pictures_are_small_and_load_nothing(folder: Path) -> None:
    for picture in folder.glob("*.svg"):
        svg = picture.read_text(encoding="utf-8")
        assert len(svg) < LARGEST, picture
        svg = _SHOWN.sub("", svg)
        # The name of the format is the one address that an SVG needs.
        assert set(_HOST.findall(svg)) == {"http://www.w3.org"}, picture
        assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", svg), picture
