"""Lines of haproxy.cfg and what three releases of the real haproxy said of them: what halb-lint says."""

from __future__ import annotations

import pytest

from tests.conftest import Figure
from tests.tools.lines.comparing import RELEASES, answers, says_refused

_SEEN = 0.95  # the share of refused lines that has to be reported
_SEEN_BY_ALL = 0.93  # without a release, what a later one may take is left alone
_STEP = 5  # without a release, every fifth line is enough


@pytest.mark.slow
def test_lines_as_every_release_judged_them(figure: Figure) -> None:
    table = dict(list(answers().items())[::_STEP])
    judged = {line: bool(says_refused(line)) for line in table}
    assert [line for line, said in judged.items() if said and "0" in table[line].statuses] == []
    refused = [line for line, answer in table.items() if answer.refused]
    seen = sum(judged[line] for line in refused)
    figure(f"lines of haproxy.cfg refused by every release: {seen} of {len(refused)} found")
    assert seen >= _SEEN_BY_ALL * len(refused)


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES)
def test_lines_as_a_release_judged_them(release: str, figure: Figure) -> None:
    table = answers()
    judged = {line: bool(says_refused(line, release)) for line in table}
    assert [line for line, said in judged.items() if said and table[line].of(release) == "0"] == []
    refused = [line for line, answer in table.items() if answer.of(release) == "1"]
    seen = sum(judged[line] for line in refused)
    figure(f"lines of haproxy.cfg refused by {release}: {seen} of {len(refused)} found")
    assert seen >= _SEEN * len(refused)
