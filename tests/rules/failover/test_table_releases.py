"""What changed with keepalived 2.3.3: one way where the release is known, both ways where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from rules.engine.options import Options
from rules.engine.run import Run
from rules.engine.settings import RuleSettings
from rules.failover.table.releases import ByRelease
from rules.failover.table.rows import FailoverTable, Row
from rules.failover.vrrp.reading import read_routers
from rules.fleet.fleet import Fleet
from rules.support.keepalived.releases import EARLIER, LATER, behaviours, by_release
from rules.support.releases import releases
from tests.rules.failover.fleets import instance, unicast

OTHER = ("192.0.2.10/24", "192.0.2.9/24")
LISTS_DIFFER = {"lb1": instance(150), "lb2": instance(100, vips=OTHER)}
CLUSTERS = {
    **{name: instance(priority) for name, priority in (("a1", 150), ("a2", 100))},
    **{name: instance(priority, vips=("192.0.2.20/24",)) for name, priority in (("b1", 140), ("b2", 90))},
}
Addresses = Mapping[str, list[IPv4Address | IPv6Address]]
COPIED = {"lb1": instance(150, unicast(11, 12)), "lb2": instance(100, unicast(11, 12))}


def fleet_of(
    nodes: Mapping[str, str],
    release: str | None,
    addresses: Mapping[str, list[IPv4Address | IPv6Address]] | None = None,
) -> Fleet:
    options = Options(settings=RuleSettings(keepalived_version=release))
    fleet = Run({f"{name}/keepalived.conf": text for name, text in nodes.items()}, options).fleet
    return Fleet(fleet.nodes, release, addresses)


def table_of(nodes: Mapping[str, str], release: str | None) -> FailoverTable:
    options = Options(settings=RuleSettings(keepalived_version=release))
    return Run({f"{name}/keepalived.conf": text for name, text in nodes.items()}, options).failover()


def row(table: FailoverTable, vip: str, event: str = "healthy") -> Row:
    block = next(block for block in table.blocks if ip_address(vip) in block.vips)
    return next(row for row in block.rows if row.event == event)


def owners(row: Row) -> set[tuple[str, ...]]:
    return {outcome.owners for outcome in row.outcomes}


@pytest.mark.parametrize(
    ("release", "meant"),
    [
        (None, (EARLIER, LATER)),
        *((old, (EARLIER,)) for old in ("1.3.5", "2.0.11", "2.2", "2.2.7", "2.2.8", "2.3.0", "2.3.2")),
        ("2.3", (EARLIER, LATER)),
        *((new, (LATER,)) for new in ("2.3.3", "2.3.4", "2.4", "2.4.3", "3.0")),
    ],
)
def test_which_behaviours_a_release_can_have(release: str | None, meant: tuple[object, ...]) -> None:
    assert behaviours(release) == meant


def test_a_series_has_what_all_of_its_releases_have() -> None:
    assert [releases("2.2").have(release) for release in ("2.1.5", "2.2.0", "2.2.3", "2.3.0")] == [
        True,
        True,
        None,
        False,
    ]
    assert [releases("2.2.7").have(release) for release in ("2.2.7", "2.2.8")] == [True, False]
    assert [releases(None).have(release) for release in ("2.0.11", "2.0.12", "1.3.0")] == [True, None, True]
    assert by_release("2.2", "a", "b") == "a"
    assert by_release(None, "same", "same") == "same"


@pytest.mark.parametrize(
    ("release", "first", "second"),
    [
        ("2.2.7", {("lb1", "lb2")}, {("lb2",)}),
        ("2.3.4", {("lb1",)}, {()}),
        (None, {("lb1", "lb2"), ("lb1",)}, {("lb2",), ()}),
    ],
)
def test_lists_that_differ(release: str | None, first: set[object], second: set[object]) -> None:
    table = table_of(LISTS_DIFFER, release)
    assert owners(row(table, "192.0.2.10")) == first
    assert owners(row(table, "192.0.2.9")) == second
    notes = [note for block in table.blocks for note in block.notes if "--keepalived-version" in note]
    assert bool(notes) is (release is None)


def test_the_worst_of_both_ways_counts_and_both_are_told() -> None:
    found = row(table_of(LISTS_DIFFER, None), "192.0.2.10")
    assert found.verdict.value == "split-brain"
    assert found.why.startswith(
        "up to keepalived 2.3.2, lb1 and lb2 have different lists of addresses; from keepalived "
    )
    lost = row(table_of(LISTS_DIFFER, None), "192.0.2.9")
    assert lost.verdict.value == "no-owner"
    assert lost.outage is not None or lost.why


@pytest.mark.parametrize(("release", "flaps", "lost"), [("2.2", True, False), ("2.4", False, True), (None, True, True)])
def test_two_clusters_with_one_id(release: str | None, flaps: bool, lost: bool) -> None:
    found = row(table_of(CLUSTERS, release), "192.0.2.20")
    assert any(outcome.flaps for outcome in found.outcomes) is flaps
    assert (() in owners(found)) is lost


@pytest.mark.parametrize(
    ("release", "healthy", "after"),
    [
        ("2.2.7", {("lb1",), ("lb2",)}, {(), ("lb2",)}),
        ("2.3.3", {("lb1", "lb2")}, {("lb2",)}),
        (None, {("lb1",), ("lb2",), ("lb1", "lb2")}, {(), ("lb2",)}),
    ],
)
def test_a_copied_source_is_one_of_the_machines(release: str | None, healthy: set[object], after: set[object]) -> None:
    """Measured with 2.2.7 and 2.3.3: the machine without the address is in FAULT, or hears nothing."""
    table = table_of(COPIED, release)
    assert owners(row(table, "192.0.2.10")) == healthy
    assert owners(row(table, "192.0.2.10", "lb1:power")) == after
    assert any("send from one address" in note for note in table.blocks[0].notes)


@pytest.mark.parametrize(
    ("release", "event", "why"),
    [
        ("2.3.3", "healthy", "hears nothing, because it does not have its unicast_src_ip 192.0.2.11"),
        ("2.2.7", "lb1:power", "FAULT without its unicast_src_ip on lb2"),
    ],
)
def test_why_a_copied_source_hurts(release: str, event: str, why: str) -> None:
    assert why in row(table_of(COPIED, release), "192.0.2.10", event).why


@pytest.mark.parametrize(("release", "healthy"), [("2.2.7", {("lb1",)}), ("2.3.3", {("lb1", "lb2")})])
def test_halb_toml_says_whose_address_it_is(release: str, healthy: set[object]) -> None:
    known = {"lb1": [ip_address("192.0.2.11")], "lb2": [ip_address("192.0.2.12")]}
    reading = read_routers(fleet_of(COPIED, release, known))
    routers = list(reading.routers.values())
    assert [router.homeless for router in routers] == [False, True]
    whole = ByRelease(routers, routers, reading.behaviours)
    assert owners(next(iter(whole.rows()))) == healthy
    assert not list(whole.notes())


def test_an_address_that_nobody_is_known_to_have_may_be_its_own() -> None:
    known = {"lb1": [ip_address("198.51.100.11")], "lb2": [ip_address("198.51.100.12")]}
    nodes = {"lb1": instance(150, unicast(11, 12)), "lb2": instance(100, unicast(12, 11))}
    assert not any(router.homeless for router in read_routers(fleet_of(nodes, None, known)).routers.values())


def test_nothing_is_computed_twice_where_the_release_makes_no_difference() -> None:
    nodes = {"lb1": instance(150, vips=OTHER), "lb2": instance(100, vips=OTHER[::-1])}
    known, unknown = table_of(nodes, "2.2.7"), table_of(nodes, None)
    for before, after in zip(known.blocks, unknown.blocks, strict=True):
        assert before.notes == after.notes
        assert [(r.event, r.outcomes, r.why) for r in before.rows] == [(r.event, r.outcomes, r.why) for r in after.rows]
