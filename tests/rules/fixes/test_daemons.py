"""The real daemons take what a fix writes, on the bad examples of all rules that have one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from parsers.source import Source
from rules import Options, Report
from rules.engine.examples import Case
from rules.engine.finding import Finding
from rules.engine.registry import Rule
from rules.fixes.applying import fix_all
from tests import examples
from tests.conftest import Figure
from tests.daemons import program
from tests.rules.agreement.reading import read_pair
from tests.rules.fixes.trying import fixable, fixed
from tests.rules.helps.daemons import the_daemons_take
from tests.rules.helps.trying import report_on
from tests.shared import shared
from tests.tables import each

pytestmark = pytest.mark.slow

_PARTS = 40


@pytest.mark.daemon("haproxy", "keepalived")
@pytest.mark.parametrize("part", range(_PARTS))
def test_the_daemon_takes_what_was_fixed(part: int, tmp_path: Path) -> None:
    each(fixable(part, _PARTS), lambda example: _the_daemon_takes_it(*example, tmp_path))


def _the_daemon_takes_it(rule: Rule, case: Case, folder: Path) -> None:
    the_daemons_take(case, dict(case.files) | fixed(rule, case).texts, folder)


@pytest.mark.corpus
@pytest.mark.daemon("haproxy")
@pytest.mark.parametrize("unsafe", [False, True])
def test_fixes_of_troubles_that_people_had(unsafe: bool, tmp_path: Path, figure: Figure) -> None:
    """No file that haproxy takes is refused after it, no finding that was fixed is there again, and that is the end."""
    cases = sorted((shared() / "hunt" / "cases").iterdir())[1 :: 1 if examples.ALL else 7]
    fixed_files = taken = 0
    for case in cases:
        before = read_pair(case)
        found = fix_all(before, _judge, unsafe=unsafe)
        after = dict(before) | found.texts
        assert fix_all(after, _judge, unsafe=unsafe).texts == {}, case.name
        assert {_key(f) for f in found.done}.isdisjoint(_key(f) for f in found.report.findings), case.name
        fixed_files += len(found.texts)
        for path in (path for path in found.texts if path.endswith(".cfg")):
            now, then = (_taken(texts[path], tmp_path) for texts in (after, before))
            assert now or not then, f"{case.name}: {path}"
            taken += now and not then
    figure(f"{len(cases)} public troubles, {'all' if unsafe else 'safe'} fixes: {fixed_files} files fixed, "
           f"{taken} that haproxy refused are accepted now")  # fmt: skip


def _judge(texts: Mapping[str, str]) -> Report:
    return report_on(texts, Options())


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.location.file, finding.message


def _taken(text: str, folder: Path) -> bool:
    path = folder / "haproxy.cfg"
    path.write_bytes(Source("", text).to_bytes())
    done = subprocess.run(
        [str(program("haproxy")), "-c", "-f", str(path)], capture_output=True, timeout=60, check=False
    )
    return done.returncode == 0
