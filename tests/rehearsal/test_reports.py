"""What a rehearsal prints: text, JSON, JUnit and a picture, of recorded events."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from rules.report import Style
from tests.rehearsal.recorded import Pair, answered, failed, moved, played, turn
from wizard.rehearsal.events import ActKind, Turn
from wizard.rehearsal.rehearse import Result
from wizard.rehearsal.report.picture import render_svg
from wizard.rehearsal.report.programs import render_json, render_junit
from wizard.rehearsal.report.text import ASCII, render_text
from wizard.rehearsal.report.times import columns_of, stretches_of

PAIR = Pair()
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result() -> Result:
    good = [*answered(-0.5, 0), *answered(3.1, 10)]
    bad = [*answered(-0.5, 0), *failed(0, 5, 'reset "<&>"\x1b'), *answered(6, 10)]
    events = [
        played(Turn(), [], answered(0, 5)),
        played(turn(ActKind.POWER, "lb1"), moved(0, 3.1, 9), good),
        played(turn(ActKind.POWER, "lb1"), moved(0, 3.3, 9), good)._replace(run=2),
        played(turn(ActKind.HAPROXY, "lb1"), moved(1, 2)[:1], bad)._replace(
            notes=("lb1:", "    keepalived: it <fails>")
        ),
        played(turn(ActKind.SERVER_HUNG, "master1"), [], answered(-0.5, 10))._replace(down={"master1": 103.5}),
    ]
    return Result(tuple(map(PAIR.judge, events)), ("a note",), {}, 78.2)


def test_the_text_shows_what_happened_and_what_was_predicted(result: Result) -> None:
    text = render_text(result, PAIR.stage, Style())
    assert "✓ lb1:power  lb1 loses power (2 of 2 runs)" in text
    assert "lb1 → lb2; 3.10-3.30 s (median 3.20) without an owner, predicted 2.6-3.6 s" in text
    assert "✗ lb1:haproxy  haproxy is killed on lb1" in text
    assert "no owner until the repair, predicted 1.6-2.7 s" in text
    assert "keepalived: it <fails>" in text
    assert "haproxy gives master1 up after 3.5 s" in text
    assert "✗ 5 events in 78 s: 4 as predicted, 1 not as predicted" in text
    assert "note: a note" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_text_has_only_ascii_where_nothing_else_can_be_shown(result: Result) -> None:
    text = render_text(result, PAIR.stage, Style(), ASCII)
    assert text.replace("\N{REPLACEMENT CHARACTER}", "").isascii()  # that is a control character of a daemon's words


def test_colours_are_for_terminals(result: Result) -> None:
    assert "\x1b[31;1m" in render_text(result, PAIR.stage, Style(color=True))


def test_json_has_every_number(result: Result) -> None:
    whole = json.loads(render_json(result, PAIR.stage))
    assert {key: whole[key] for key in ("schema", "passed", "nodes", "doors", "notes")} == {
        "schema": 1, "passed": False, "nodes": ["lb1", "lb2"], "doors": ["192.0.2.10:6443"], "notes": ["a note"],
    }  # fmt: skip
    power = whole["events"][1]
    assert (power["event"], power["verdict"], power["vips"][0]["after"]) == ("lb1:power", "as-predicted", ["lb2"])
    assert power["vips"][0]["outage_s"] == pytest.approx(3.1)
    assert power["vips"][0]["predicted_outage_s"] == {"min": 2.609, "max": 3.609}
    assert [stretch["owners"] for stretch in power["vips"][0]["timeline"]] == [[], ["lb2"], ["lb1"]]
    lost = whole["events"][3]
    assert lost["vips"][0]["outage_s"] is None
    assert lost["failure"]["failed"] == 50
    assert whole["events"][4]["given_up_s"] == {"master1": 3.5}


def test_junit_is_well_formed_and_counts_what_failed(result: Result) -> None:
    root = ElementTree.fromstring(render_junit(result))
    cases = root.findall(".//testcase")
    assert (root.get("tests"), root.get("failures")) == ("5", "1")
    assert [case.get("name") for case in cases][1:3] == ["lb1:power", "lb1:power (run 2)"]
    (failure,) = root.findall(".//failure")
    assert failure.get("type") == "not-as-predicted"
    assert failure.text is not None
    assert "it <fails>" in failure.text


def test_the_picture_is_well_formed_and_shows_every_event(result: Result) -> None:
    root = ElementTree.fromstring(render_svg(result, PAIR.stage))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"lb1:power", "lb1:power (run 2)", "lb1:haproxy", "master1:hung"} <= set(texts)
    assert "no owner: 3.10 s, predicted 2.6-3.6 s" in texts
    assert "0.00-3.10 s: no owner" in [element.text for element in root.iter(f"{SVG}title")]


def test_the_time_in_columns() -> None:
    event = played(turn(ActKind.POWER, "lb1"), moved(0, 5), [*answered(0, 0.1), *answered(5, 10)])
    columns = columns_of(event, "192.0.2.10", 0, 20)
    assert [column.owners for column in columns] == [()] * 10 + [("lb2",)] * 10
    assert [column.answered for column in columns] == [True] + [False] * 9 + [True] * 10
    assert [stretch.end for stretch in stretches_of(event, "192.0.2.10")] == pytest.approx([5, 10])
