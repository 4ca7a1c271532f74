"""Golden fleets: tests/cases/<name>/ holds the nodes' files and `expected.txt`, a line per finding and node."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import lint
from tests.rules.agreement.reading import read_pair
from tests.rules.engine.cases import CASES


def findings(folder: Path) -> list[str]:
    files = {path: text for path, text in read_pair(folder).items() if path != "expected.txt"}
    report = lint(files)
    assert not report.crashes
    places = [((at.node, at.file, at.line, at.column), f) for f in report.findings for at in f.places]
    places.sort(key=lambda item: (*item[0], item[1].code))
    return [f"{file}:{line}:{column} {f.code} {f.severity.word}" for (_, file, line, column), f in places]


@pytest.mark.parametrize("folder", CASES, ids=[folder.name for folder in CASES])
def test_golden_case(folder: Path) -> None:
    expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert findings(folder) == [line for line in expected if line and not line.startswith("#")]
