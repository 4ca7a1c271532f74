"""The table and the findings agree: no row is a fault without a finding, and a finding of XN026 is about such a row."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from rules.engine.finding import Finding, Severity
from rules.engine.options import Options
from rules.engine.registry import Selection
from rules.engine.run import Run
from rules.failover.table.rows import Row
from rules.failover.table.verdicts import Verdict
from tests.examples import times
from tests.failover.observed import by_scenario, file_of, load
from tests.rules.failover.fleets import HAPROXY, TRACK, instance, script
from tests.rules.failover.strategies import Nodes, fleets, sound_fleets
from tests.tables import each


def run_of(nodes: Nodes, haproxy: str = HAPROXY) -> Run:
    files = {f"{name}/keepalived.conf": text for name, text in nodes.items()}
    files |= {f"{name}/haproxy.cfg": haproxy for name in nodes if haproxy}
    return Run(files, Options())


def faults(run: Run) -> list[Row]:
    return [row for block in run.failover().blocks for row in block.rows if row.verdict.fault]


def about_vrrp(run: Run, least: Severity) -> list[Finding]:
    return [f for f in run.report().findings if f.code[:2] in ("KA", "XN") and f.severity >= least]


def agree(run: Run) -> None:
    """No row is a fault without a finding; a grave one has an error."""
    rows = faults(run)
    assert about_vrrp(run, Severity.WARNING) or not rows
    assert rows or not [finding for finding in run.report().findings if finding.code == "XN026"]
    healthy = {node for b in run.failover().blocks if b.rows for o in b.rows[0].outcomes for node in o.owners}
    served = {node.name for node in run.fleet.nodes if node.haproxy is not None}
    grave = [r for r in rows if not r.events or r.event in {f"{node}:haproxy" for node in healthy & served}]
    assert about_vrrp(run, Severity.ERROR) or not grave


@pytest.mark.slow
@settings(max_examples=times(60))
@given(fleets())
def test_no_row_is_a_fault_without_a_finding(texts: list[str]) -> None:
    agree(run_of({f"lb{number}": text for number, text in enumerate(texts, 1)}))


# Many scenarios differ in what happens to the same nodes.
RECORDED = {
    json.dumps(records[0]["nodes"], sort_keys=True): (name, records[0]["nodes"])
    for name, records in by_scenario(load(file_of("2.2.7"))).items()
}
PARTS = 8


@pytest.mark.slow
@pytest.mark.parametrize("haproxy", [HAPROXY, ""], ids=["with haproxy", "alone"])
@pytest.mark.parametrize("part", range(PARTS))
def test_nor_in_any_scenario_that_was_played(part: int, haproxy: str) -> None:
    each(list(RECORDED.values())[part::PARTS], lambda nodes: agree(run_of(nodes, haproxy)))


@pytest.mark.slow
@settings(max_examples=times(40))
@given(sound_fleets())
def test_of_a_sound_fleet_nothing_is_said(nodes: Nodes) -> None:
    run = run_of(nodes)
    assert not faults(run)
    assert not about_vrrp(run, Severity.WARNING)


def named(nodes: Nodes, code: str = "XN026") -> list[Finding]:
    return [finding for finding in run_of(nodes).report().findings if finding.code == code]


def test_what_another_rule_says_is_not_said_twice() -> None:
    apart = {"lb1": instance(110, vrid=1), "lb2": instance(100, vrid=2)}
    assert len(named(apart, "XN002")) == 1
    assert not [finding for finding in named(apart) if "virtual_router_id" in finding.message]
    run = Run(
        {f"{name}/keepalived.conf": text for name, text in apart.items()},
        Options(selection=Selection(ignore=["XN002"])),
    )
    (finding,) = [finding for finding in run.report().findings if finding.code == "XN026"]
    assert finding.message == (
        "with all nodes healthy, lb1 and lb2 hold VIP 192.0.2.10 at the same time: virtual_router_id is 1 on lb1 and 2 "
        "on lb2"
    )
    assert finding.severity is Severity.ERROR


def test_a_check_of_something_else_leaves_the_vip_on_a_dead_haproxy() -> None:
    nodes = {
        f"lb{number}": script(0, command="/usr/bin/ping -c1 192.0.2.1") + instance(priority, TRACK)
        for number, priority in ((1, 110), (2, 100))
    }
    assert "lb1:haproxy" in {row.event for row in faults(run_of(nodes))}
    assert about_vrrp(run_of(nodes), Severity.ERROR)
    without = run_of(nodes, haproxy="")
    assert not faults(without)
    rows = {row.event: row for block in without.failover().blocks for row in block.rows}
    assert rows["lb1:haproxy"].verdict is Verdict.UNKNOWN
    assert rows["lb1:haproxy"].why == "no file shows that haproxy runs on lb1, and no check names it"
