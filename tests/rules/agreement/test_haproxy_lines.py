"""Lines of haproxy.cfg, right and wrong, with what the real haproxy 2.6.12 said: what halb-lint says of them."""

from __future__ import annotations

import pytest

from tests.conftest import Figure
from tests.tools.lines.comparing import answers, says_refused

_SEEN = 0.82  # the share of refused lines that has to be reported


@pytest.mark.slow
def test_lines_as_haproxy_judged_them(figure: Figure) -> None:
    table = answers()
    judged = {line: bool(says_refused(line)) for line in table}
    assert [line for line, said in judged.items() if said and table[line] == "0"] == []
    refused = [line for line, status in table.items() if status == "1"]
    seen = sum(judged[line] for line in refused)
    figure(f"lines of haproxy.cfg refused by 2.6.12: {seen} of {len(refused)} found")
    assert seen >= _SEEN * len(refused)
