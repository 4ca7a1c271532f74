"""The cases below tests/cases."""

from __future__ import annotations

from tests.programs import ROOT

CASES = sorted(path for path in (ROOT / "tests" / "cases").iterdir() if path.is_dir())
