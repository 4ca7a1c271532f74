"""The real daemons take what a fix writes, on the bad examples of all rules that have one."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import lint
from rules.engine.examples import Case, cases_of
from rules.engine.registry import Rule, all_rules
from rules.files.kinds import HAPROXY
from tests.rules.examples import options_of
from tests.rules.fixes.trying import fixable, fixed
from tests.rules.helps.test_helps import TAKEN, complaints
from tests.tables import each

pytestmark = pytest.mark.slow

_FIXABLE = {
    rule.code: rows
    for rule in all_rules()
    if (rows := [(case.title, (rule, case)) for case in cases_of(rule.examples) if case.bad and fixable(rule, case)])
}


@pytest.mark.daemon("haproxy", "keepalived")
@pytest.mark.parametrize("code", list(_FIXABLE))
def test_the_daemon_takes_what_was_fixed(code: str, tmp_path: Path) -> None:
    each(_FIXABLE[code], lambda example: _the_daemon_takes_it(*example, tmp_path))


def _the_daemon_takes_it(rule: Rule, case: Case, folder: Path) -> None:
    files = dict(case.files) | fixed(rule, case).texts
    for node in lint(case.files, options_of(case)).nodes:
        for kind, paths in ((HAPROXY, node.haproxy), ("keepalived", node.keepalived)):
            changed = any(files[path] != case.files[path] for path in paths)
            if not changed or "include" in files[paths[0]]:
                continue
            status, said = complaints(kind, folder, [files[path] for path in paths])
            grave = {line for line in said if "ALERT" in line or kind != HAPROXY}
            if status in TAKEN[kind] and not grave:
                continue
            before, said_before = complaints(kind, folder, [case.files[path] for path in paths])
            assert status in TAKEN[kind] or status == before, said
            assert grave <= said_before, said
