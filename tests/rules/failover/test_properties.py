"""What holds for every fleet, and that no file makes the model fail."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.source import Source
from rules.engine.finding import NodeFiles
from rules.engine.options import Options
from rules.engine.run import Run
from rules.failover.table.events import Event, EventKind, Events
from rules.failover.table.rows import FailoverTable, Row
from rules.failover.table.table import failover_table
from rules.failover.table.verdicts import Verdict
from rules.fleet.fleet import Fleet
from rules.report import failover
from rules.report import json as json_format
from rules.report.style import Style
from tests.examples import times
from tests.rules.agreement.reading import read_pair
from tests.rules.engine.cases import CASES
from tests.rules.failover.fleets import fleet_of, instance
from tests.rules.failover.strategies import Nodes, fleets, sound_fleets
from tests.shared import real_files

pytestmark = pytest.mark.slow

# -- names, order, neighbours

Said = dict[frozenset[object], tuple[object, ...]]


def named(event: Event, names: Mapping[str, str]) -> object:
    sides = (frozenset(names[node] for node in side) for side in (event.nodes, event.others) if side)
    return event.kind, frozenset(sides)


def said(table: FailoverTable, names: Mapping[str, str]) -> dict[str, Said]:
    """What a table says by VIP and event, whatever the order of the nodes; `names`: what to call them."""

    def of(nodes: tuple[str, ...]) -> frozenset[str]:
        return frozenset(names[node] for node in nodes)

    def of_row(row: Row) -> tuple[object, ...]:
        ends = frozenset((of(o.before), of(o.owners), of(o.holders), o.verdict, o.flaps) for o in row.outcomes)
        return row.verdict, ends, row.outage and tuple(round(value, 6) for value in row.outage)

    def events(of_events: Events) -> frozenset[object]:
        return frozenset(named(event, names) for event in of_events)

    return {
        str(vip): {events(row.events): of_row(row) for row in block.rows}
        for block in table.blocks
        for vip in block.vips
    }


@settings(max_examples=times(40))
@given(fleets(), st.randoms(use_true_random=False))
def test_neither_the_names_nor_the_order_of_the_nodes_matter(texts: list[str], random: Random) -> None:
    names = [f"lb{index}" for index in range(len(texts))]
    usual = said(failover_table(fleet_of(dict(zip(names, texts, strict=True)))), {name: name for name in names})
    other = [f"node-{index}" for index in range(len(texts))]
    random.shuffle(other)
    fleet = fleet_of(dict(zip(other, texts, strict=True)))
    order = list(fleet.nodes)
    random.shuffle(order)
    assert said(failover_table(Fleet(order)), dict(zip(other, names, strict=True))) == usual


@settings(max_examples=times(40))
@given(fleets())
def test_an_unknown_release_has_the_outcomes_of_all(texts: list[str]) -> None:
    names = {f"lb{index}": f"lb{index}" for index in range(len(texts))}
    nodes = fleet_of(dict(zip(names, texts, strict=True))).nodes
    unknown, *known = (said(failover_table(Fleet(nodes, release)), names) for release in (None, "2.2.7", "2.3.3"))
    for vip, rows in unknown.items():
        for events, (verdict, ends, _) in rows.items():
            of_each = [each[vip][events] for each in known]
            assert ends == {end for other in of_each for end in cast("frozenset[object]", other[1])}
            assert verdict in {other[0] for other in of_each}


@settings(max_examples=times(25))
@given(fleets(), st.data())
def test_an_instance_that_has_nothing_to_do_with_it_changes_nothing(texts: list[str], data: st.DataObject) -> None:
    nodes = {f"lb{index}": text for index, text in enumerate(texts)}
    more = dict(nodes)
    for name in data.draw(st.sets(st.sampled_from(sorted(nodes)), min_size=1)):
        more[name] += instance(
            data.draw(st.integers(1, 254)), name="OTHER", vrid=77, interface="eth7", vips=("198.51.100.10/24",)
        )
    same = {name: name for name in nodes}
    before, after = (failover_table(fleet_of(each)) for each in (nodes, more))
    assert {vip: rows for vip, rows in said(after, same).items() if vip != "198.51.100.10"} == said(before, same)


# -- what a sound fleet does


@settings(max_examples=times(40))
@given(sound_fleets())
def test_a_sound_fleet_has_one_owner_after_every_single_failure(nodes: Nodes) -> None:
    (block,) = failover_table(fleet_of(nodes)).blocks
    singles = [row for row in block.rows if len(row.events) <= 1]
    (healthy, *_) = singles
    (owner,) = healthy.worst.owners
    for row in singles:
        (outcome,) = row.outcomes
        event = row.events[0] if row.events else None
        if event is not None and event.kind is EventKind.PARTITION:
            assert sorted(len(set(outcome.owners) & set(side)) for side in (event.nodes, event.others)) == [1, 1]
        else:
            assert len(outcome.owners) == 1
        if event is not None and event.kind is EventKind.KEEPALIVED and event.node == owner:
            assert row.verdict is Verdict.KNOWN_LIMIT
            assert set(outcome.holders) == {owner, *outcome.owners}
        else:
            cut = event is not None and event.kind is EventKind.PARTITION
            assert row.verdict is Verdict.KNOWN_LIMIT if cut else row.verdict.good
            assert outcome.holders == outcome.owners
        assert row.outage is not None
        if event is not None and event.kind is not EventKind.PARTITION and event.node != owner:
            assert (row.verdict, outcome.owners) == (Verdict.STAYS, (owner,))


@settings(max_examples=times(40))
@given(sound_fleets())
def test_a_sound_fleet_serves_as_long_as_one_haproxy_lives(nodes: Nodes) -> None:
    (block,) = failover_table(fleet_of(nodes)).blocks
    for row in block.rows:
        dead = {event.node for event in row.events if event.kind is EventKind.HAPROXY}
        if {event.kind for event in row.events} == {EventKind.HAPROXY} and dead < set(nodes):
            (outcome,) = row.outcomes
            assert row.verdict.good
            assert not set(outcome.owners) & dead


# -- whatever stands in the files


def check(table: FailoverTable) -> None:
    """What holds for every table."""
    for block in table.blocks:
        assert bool(block.unknown) != bool(block.rows)
        assert len({row.event for row in block.rows}) == len(block.rows)
        for row in block.rows:
            assert row.why
            assert row.outcomes
            nodes = set(block.nodes)
            for outcome in row.outcomes:
                assert {*outcome.before, *outcome.owners, *outcome.holders} <= nodes
                assert set(outcome.owners) <= set(outcome.holders)
                if outcome.outage is not None:
                    assert 0 <= outcome.outage.low <= outcome.outage.high
            if row.outage is not None:
                assert 0 <= row.outage.low <= row.outage.high


def survives(files: Mapping[str, str]) -> None:
    run = Run(dict(files), Options())
    table = failover_table(run.fleet)
    check(table)
    assert bool(failover.render(table, Style(width=60))) == bool(table.blocks or table.notes)
    assert '"failover": [' in json_format.render(run.report(), Style(), table)


@settings(max_examples=times(60))
@given(fleets())
def test_of_every_fleet_something_is_said(texts: list[str]) -> None:
    check(failover_table(fleet_of({f"lb{index}": text for index, text in enumerate(texts)})))


FLEETS = [{path: text for path, text in read_pair(folder).items() if path != "expected.txt"} for folder in CASES]
WORDS = sorted({word for files in FLEETS for path in files if path.endswith(".conf") for word in files[path].split()})
PIECES = st.one_of(
    st.sampled_from(WORDS), st.text(max_size=6), st.sampled_from(["{", "}", '"', "$A", "\n", "-", "256", "0", "::1"])
)


@settings(max_examples=times(80))
@given(st.sampled_from(FLEETS), st.data())
def test_damaged_files(files: Nodes, data: st.DataObject) -> None:
    fleet = dict(files)
    confs = sorted(path for path in fleet if path.endswith(".conf"))
    for path in data.draw(st.lists(st.sampled_from(confs), min_size=1, max_size=3)):
        text = fleet[path]
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 30)))
        fleet[path] = text[:start] + data.draw(PIECES) + text[end:]
    survives(fleet)


@pytest.mark.corpus
def test_real_files_alone_and_beside_each_other() -> None:
    texts = [Source.from_bytes(file.name, file.path.read_bytes()).text for file in real_files("keepalived")]
    told = 0
    for index, text in enumerate(texts):
        beside = texts[(index + 1) % len(texts)]
        files = {"lb1/keepalived.conf": text, "lb2/keepalived.conf": beside, "lb3/keepalived.conf": text}
        nodes = [NodeFiles(path.partition("/")[0], (), (path,)) for path in files]
        table = failover_table(Run(files, Options(nodes=nodes)).fleet)
        check(table)
        told += any(block.rows for block in table.blocks)
    assert told > len(texts) / 2
