"""The README's pictures show the wizard as it is now."""

from __future__ import annotations

import pytest

from screenshots.make import FOLDER, pictures
from tests.rules.lint import ROOT

pytestmark = pytest.mark.slow


def test_the_pictures_are_up_to_date_and_shown() -> None:
    made = dict(pictures())
    assert {path.name for path in FOLDER.glob("*.svg")} == set(made)
    stale = [name for name, svg in made.items() if (FOLDER / name).read_text(encoding="utf-8") != svg]
    assert stale == [], "run 'make screenshots'"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"screenshots/{name}" in readme for name in made)
