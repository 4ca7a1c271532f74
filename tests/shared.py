"""Where the shared research material is, for the tests that measure with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]


def shared() -> Path:
    """The folder with the corpus and the case tables; skips the test where it is not present."""
    folder = Path(os.environ.get("HALB_SHARED", _ROOT.parent / "shared"))
    if not (folder / "corpus").is_dir():
        pytest.skip("the shared corpus is not beside this checkout")
    return folder
