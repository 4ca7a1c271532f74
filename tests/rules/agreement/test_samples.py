"""Lines with sample expressions: what three releases of haproxy said of each, and what halb-lint says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.daemons import program
from tests.rules.haproxy.linting import findings
from tests.tools.expressions import RELEASES, Line, answers, whole_file
from tests.tools.expressions.__main__ import Asked
from tests.tools.keywords.probe_haproxy import Haproxy

# Codes that say that haproxy refuses the file.
_CODES = (
    "PA", "HA028", "HA029", "HA030", "HA031", "HA034", "HA041", "HA042", "HA043", "HA044", "HA045", "HA060"
)  # fmt: skip
_SEEN = 0.98  # the share of refused lines that has to be reported


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES)
def test_lines_as_haproxy_judged_them(release: str, figure: Figure) -> None:
    table = answers()
    refused, seen = _compared(table, release)
    figure(f"lines with expressions: haproxy {release} refuses {refused} of {len(table)}, halb-lint {seen}")


@pytest.mark.parametrize("release", RELEASES)
def test_some_of_these_lines(release: str) -> None:
    _compared(dict(list(answers().items())[::70]), release)


def _compared(table: dict[Line, int], release: str) -> tuple[int, int]:
    """How many of these lines the release refuses, and how many of them halb-lint sees, which has to be nearly all."""
    refused = {line for line, releases in table.items() if releases & RELEASES[release]}
    said = _said(list(table), release)
    assert sorted(said - refused) == []
    seen = len(said & refused)
    assert seen >= _SEEN * len(refused)
    return len(refused), seen


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.slow), 70])
def test_without_a_release_what_one_accepts_is_not_refused(step: int) -> None:
    table = dict(list(answers().items())[::step])
    everywhere = {line for line, releases in table.items() if releases == sum(RELEASES.values())}
    said = _said(list(table), None)
    assert sorted(said - everywhere) == []
    assert len(said) >= 0.8 * len(everywhere)


def _said(lines: list[Line], release: str | None) -> set[Line]:
    """The lines that halb-lint says are refused."""
    text, numbers = whole_file(lines)
    found = (f.location.line for f in findings(text, version=release) if f.code.startswith(_CODES))
    return {numbers[number] for number in found if number in numbers}


@pytest.mark.slow
@pytest.mark.daemon("haproxy")
def test_the_table_is_what_haproxy_says(tmp_path: Path) -> None:
    """Every fortieth line of the table."""
    release = ".".join(Haproxy(program("haproxy")).version().split(".")[:2])
    if release not in RELEASES:
        pytest.skip(f"the table has no answers of haproxy {release}")
    table = answers()
    lines = list(table)[::40]
    refused = Asked([str(program("haproxy"))], tmp_path).refused(lines)
    assert refused == {line for line in lines if table[line] & RELEASES[release]}
