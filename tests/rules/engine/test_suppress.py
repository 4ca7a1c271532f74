"""Comments that hide findings: where they count."""

from __future__ import annotations

import pytest

from tests.rules.haproxy.linting import findings

BAD = "defaults\n    timeout client 30\n"


@pytest.mark.parametrize(("line", "hides"), [(1, True), (10, True), (11, False)])
def test_a_comment_for_the_whole_file_stands_in_its_first_ten_lines(line: int, hides: bool) -> None:
    (code,) = {finding.code for finding in findings("\n" * 20 + BAD) if "30" in finding.message}
    before = "\n" * (line - 1) + f"# halb: ignore-file[{code}] known\n" + "\n" * (20 - line)
    found = {finding.code for finding in findings(before + BAD)}
    assert (code not in found) == hides
