"""Every help is right when typed: the finding is gone, nothing new appears, and the daemon takes the file.

How a help becomes an edit: `typist.py` follows its words where that needs no thought; where it does, the example has
`type` lines. What is prose stands here, with the reason.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from rules import Options
from rules.engine.examples import Case, cases_of
from rules.engine.registry import Rule, Scope, all_rules
from tests import examples
from tests.conftest import Figure
from tests.rules.agreement.reading import read_pair
from tests.rules.engine.cases import CASES
from tests.rules.examples import options_of
from tests.rules.helps.daemons import the_daemons_take
from tests.rules.helps.trying import all_of, corrected, report_on, serious
from tests.rules.helps.typist import Texts
from tests.shared import shared
from tests.tables import each

pytestmark = pytest.mark.slow

# Scopes whose helps are about something else than a file of the run.
NOT_IN_A_FILE = {
    Scope.DNS: "a record of a zone, a resolver, or time",
    Scope.HOST: "a machine that has to be started, renewed or looked at",
    Scope.MACHINE: "this machine: its interfaces, firewall, services or permissions",
    Scope.NATIVE: "what a daemon says, which the examples have as data",
    Scope.KUBERNETES: "certificates of the cluster",
}
# (code, title of the example): why nobody can type it.
PROSE = {
    ("XN018", "one load balancer"): "a machine has to be set up",
    ("XN020", "one node alone"): "the other node's file has to be given, or the cluster has one node",
    ("XN105", "lb2 has a keepalived.conf only"): "the other node's file has to be given",
    ("K8006", "two control-plane nodes"): "a machine has to be bought",
    ("K8012", "a DaemonSet has the VIP of the API"): "keepalived has to be run elsewhere",
}

RULES = [rule for rule in all_rules() if rule.scope not in NOT_IN_A_FILE]
BAD = {
    rule.code: [
        (case.title, (rule, case))
        for case in cases_of(rule.examples)
        if case.bad and (rule.code, case.title) not in PROSE
    ]
    for rule in RULES
}
of_every_rule = pytest.mark.parametrize("code", [code for code, cases in BAD.items() if cases])


@cache
def after(rule: Rule, title: str) -> tuple[Case, Texts]:
    """The example, and its files after the help was followed."""
    case = next(case for case in cases_of(rule.examples) if case.bad and case.title == title)
    return case, corrected(rule, case, options_of(case))


@of_every_rule
def test_the_finding_goes_and_no_other_comes(code: str) -> None:
    each(BAD[code], the_finding_goes_and_no_other_comes)


def the_finding_goes_and_no_other_comes(example: tuple[Rule, Case]) -> None:
    rule, case = example
    files = after(rule, case.title)[1]
    options = options_of(case)
    report = report_on(files, options)
    assert [finding.message for finding in report.findings if finding.code == rule.code] == []
    new = serious(report) - serious(report_on(case.files, options))
    assert [f"{finding.code} {finding.message}" for finding in report.findings if finding.code in new] == []


# -- the daemons


@pytest.mark.daemon("haproxy", "keepalived")
@of_every_rule
def test_the_daemon_takes_what_was_typed(code: str, tmp_path: Path) -> None:
    each(BAD[code], lambda example: the_daemon_takes_what_was_typed(*example, tmp_path))


def the_daemon_takes_what_was_typed(rule: Rule, case: Case, folder: Path) -> None:
    the_daemons_take(case, after(rule, case.title)[1], folder)


# -- whole fleets


# Where following the help is not the end: a finding that is wrong itself, or a second mistake behind the first.
_NOT_THE_END = {
    "ha-timeout-client-hs": "a keyword of haproxy 3.x that the table lacks",
    "ka-script-pipe": "once a shell reads the check, it shows that it asks for the VIP",
}


def follow(files: dict[str, str]) -> tuple[int, list[str]]:
    """Follow the helps of a fleet, all of a code together (a mistake is corrected on every node): how many can be
    followed, and which were wrong.
    """
    options = Options()
    report = report_on(files, options)
    followed, wrong = 0, []
    for code in dict.fromkeys(finding.code for finding in report.findings):
        changed, helps = all_of(code, files, options)
        followed += len(helps)
        now = report_on(changed, options)
        left = [finding.help for finding in now.findings if finding.code == code and finding.help in helps]
        new = serious(now) - serious(report)
        wrong += [f"{code} stays: {help_}" for help_ in left] if helps else []
        wrong += [f"{code} leads to {', '.join(new)}: {helps}"] if new else []
    return followed, wrong


@pytest.mark.parametrize("folder", CASES, ids=[folder.name for folder in CASES])
def test_the_helps_of_the_golden_fleets(folder: Path) -> None:
    _, wrong = follow({path: text for path, text in read_pair(folder).items() if path != "expected.txt"})
    assert wrong == []


@pytest.mark.corpus
def test_the_helps_of_troubles_that_people_had(figure: Figure) -> None:
    cases = sorted((shared() / "hunt" / "cases").iterdir())[:: 1 if examples.ALL else 4]
    done = {case.name: follow(read_pair(case)) for case in cases}
    followed = sum(number for number, _ in done.values())
    figure(f"helps of {len(cases)} public troubles: {followed} followed word for word")
    assert {name: wrong for name, (_, wrong) in done.items() if wrong and name not in _NOT_THE_END} == {}
