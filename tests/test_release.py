"""What a release says of itself; `make release-check` builds and tries one."""

from __future__ import annotations

import pytest

from tests.tools.release_check import ROOT, CheckError, declared_version, release_notes


def test_the_version_has_release_notes() -> None:
    assert "### " in release_notes(declared_version())


def test_a_version_without_notes_is_refused() -> None:
    with pytest.raises(CheckError, match="no section '## 99\\.0\\.0"):
        release_notes("99.0.0")


def test_the_readme_names_the_version_for_pre_commit() -> None:
    assert f"rev: v{declared_version()}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
