"""What each rule's bad examples look like to a reader: the whole finding, as `--format full` shows it.

One file per rule below tests/rules/snapshots; `make renew` writes them anew, and the diff shows what readers will see.
"""

from __future__ import annotations

from pathlib import Path

from rules import lint
from rules.engine.examples import Case, cases_of
from rules.engine.finding import Report
from rules.engine.registry import Rule, all_rules
from rules.report import full
from rules.report.style import Style
from tests.rules.examples import options_of

FOLDER = Path(__file__).with_suffix("")
_WIDTH = 100


def snapshot(rule: Rule) -> str:
    """The findings of a rule on its bad examples."""
    return "\n".join(f"=== {case.title}\n{_findings(rule, case)}" for case in cases_of(rule.examples) if case.bad)


def _findings(rule: Rule, case: Case) -> str:
    report = lint(case.files, options_of(case))
    own = [finding for finding in report.findings if finding.code == rule.code]
    return full.render(Report(report.nodes, own, secrets=report.secrets), Style(width=_WIDTH))


def path_of(rule: Rule) -> Path:
    """Where a rule's snapshot is."""
    return FOLDER / f"{rule.examples}.txt"


def write() -> None:
    """Write all of them, and remove those of rules that are gone."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for rule in all_rules():
        path_of(rule).write_text(snapshot(rule), encoding="utf-8")
