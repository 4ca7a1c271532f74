"""An error that the user accepts is written into the file with the reason, and is then no finding any more."""

from __future__ import annotations

from pathlib import Path

from rules import lint
from rules.engine.finding import Severity
from tests.wizard.questions.sessions import article
from wizard.questions.review import accepted, tree
from wizard.questions.session import Judgement, judge

REASON = "kept until the old switch is gone"


def broken() -> Judgement:
    """The article's outcome with an error in one file that no answer of the wizard makes."""
    good = judge(article())
    path = "haproxy-lb2/etc/keepalived/keepalived.conf"
    files = {**good.files, path: good.files[path].replace("virtual_router_id ", "virtual_router_id 1")}
    configs = {name: text for name, text in files.items() if name.endswith((".cfg", ".conf"))}
    return good._replace(files=files, report=lint(configs))


def test_reasons_hide_the_accepted_errors_and_nothing_else(tmp_path: Path) -> None:
    outcome = broken()
    assert outcome.report is not None
    errors = {f.code for f in outcome.report.findings if f.severity is Severity.ERROR}
    assert errors
    overrides = dict.fromkeys(errors, REASON)
    written = tree(outcome, tmp_path, overrides)
    configs = {name: text for name, (text, _) in written.items() if name.endswith((".cfg", ".conf"))}
    assert {f.code for f in lint(configs).findings if f.severity is Severity.ERROR} == set()
    assert any(f"# halb: ignore[{code}] {REASON}" in text for code in errors for text in configs.values())
    changed = [name for name, text in configs.items() if text != outcome.files[name]]
    assert set(changed) == {reason.path for reason in accepted(outcome, overrides)}


def test_without_reasons_the_files_are_as_they_were_rendered(tmp_path: Path) -> None:
    outcome = broken()
    written = tree(outcome, tmp_path)
    assert {name: text for name, (text, _) in written.items() if name in outcome.files} == dict(outcome.files)
