"""The markers `daemon` and `root`: skipped with a reason, failed in CI, and asked for by the programs a test runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import ROOT, environment

CASES = """
import pytest
from tests.daemons import program

@pytest.mark.daemon("halb-no-such", "sh")
def test_marked():
    program("halb-no-such")

@pytest.mark.daemon("sh")
def test_there():
    assert program("sh").name == "sh"

def test_unmarked():
    program("sh")

@pytest.mark.release("2.3.3")
def test_that_ci_has():
    pass

@pytest.mark.release("2.3.4")
def test_that_ci_may_lack():
    pass
"""


@pytest.mark.parametrize(
    ("ci", "outcomes"),
    [("", "1 failed, 1 passed, 3 skipped"), ("true", "1 failed, 1 passed, 1 skipped, 2 errors")],
)
@pytest.mark.slow
def test_what_is_missing_is_a_reason_to_skip_and_in_ci_to_fail(tmp_path: Path, ci: str, outcomes: str) -> None:
    (tmp_path / "test_cases.py").write_text(CASES)
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-c", str(ROOT / "pyproject.toml"), "-p", "tests.conftest"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=tmp_path, env=environment(CI=ci, HALB_ROOTS=str(tmp_path)), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcomes in done.stdout, done.stdout + done.stderr
    assert "halb-no-such is not installed" in done.stdout
    assert "keepalived 2.3.3 is not there: 'make releases' gets it" in done.stdout
    assert "this test runs sh: mark it with daemon('sh')" in done.stdout
