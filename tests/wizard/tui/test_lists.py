"""Lists of machines in the form: pasted and typed lists, suggestions that are taken, the cell below, and undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Static

from tests.wizard.tui.support.pilot import (
    ARTICLE,
    Driven,
    at_step,
    drive,
    field_at,
    focused,
    focuses,
    press,
    sees,
    text,
    until,
    words,
)
from wizard.questions.answers import Answers, Place
from wizard.tui.app import Wizard
from wizard.tui.widgets.machine_list import MachineList, MachineRow

pytestmark = pytest.mark.slow


def lb(number: int, key: str) -> Place:
    return Place("lb", number, key)


def master(number: int, key: str) -> Place:
    return Place("control_plane", number, key)


ENDPOINT, MODE = Place("cluster", 0, "endpoint"), Place("vrrp", 0, "mode")
FIRST = {place: value for place, value in ARTICLE.items() if place in (master(0, "name"), master(0, "address"))}
HOSTS = "127.0.0.1 localhost\n192.168.2.152 k8s-b # two\n192.168.2.153\tk8s-c\n"


def names(app: Wizard, table: str) -> list[str]:
    answers = app.session.answers
    return [answers[Place(table, number, "name")] for number in range(answers.count(table))]


def addresses(app: Wizard, table: str) -> list[str]:
    answers = app.session.answers
    return [answers[Place(table, number, "address")] for number in range(answers.count(table))]


async def told(pilot: Driven, wanted: str) -> None:
    """Let the app work until a notice says something; it may be wrapped beside other words."""
    await until(pilot, lambda: any(wanted in toast.message for toast in pilot.app._notifications))
    await until(pilot, lambda: pilot.app.screen.query("Toast"))


@pytest.mark.parametrize("leaving", ["enter", "ctrl+n", "escape", "shift+tab", "click"])
def test_what_a_row_suggests_is_stored_however_the_row_is_left(tmp_path: Path, leaving: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("control-plane")
        await focuses(pilot, master(1, "name"))
        await press(pilot, "tab", "192.168.2.152")
        if leaving == "click":
            await until(pilot, lambda: len(app.screen.query(MachineRow)) == 2)
            await until(pilot, lambda: field_at(app, master(2, "name")).answer.region.height)
            await pilot.click(field_at(app, master(2, "name")).answer)
        elif leaving == "shift+tab":
            await press(pilot, "down")
        else:
            await press(pilot, leaving)
        await until(pilot, lambda: names(app, "control_plane") == ["k8s-master1", "k8s-master2"])

    drive(tmp_path, script, answers=FIRST)


def test_every_text_in_a_row_is_in_the_answers_and_nothing_else_is(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await press(pilot, "lb1", "tab", "10.0.0.1", "tab", "eth0", "down")
        await focuses(pilot, lb(1, "interface"))
        await press(pilot, "shift+tab", "10.0.0.2", "up")
        await focuses(pilot, lb(0, "address"))
        await until(pilot, lambda: names(app, "lb") == ["lb1", "lb2"])
        for row in app.screen.query(MachineRow):
            for field in row.fields:
                assert field.text == app.session.answers[field.place]
        assert app.session.answers[lb(1, "interface")] == "eth0"
        await sees(pilot, "2 lb2 10.0.0.2 eth0")

    drive(tmp_path, script)


def test_the_arrows_lead_to_the_cell_below_and_above_and_stay_in_the_list(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await press(pilot, "tab")
        for key, place in (
            ("down", lb(1, "address")),
            ("down", lb(2, "address")),
            ("down", lb(2, "address")),
            ("up", lb(1, "address")),
            ("tab", lb(1, "interface")),
            ("up", lb(0, "interface")),
            ("up", lb(0, "interface")),
        ):
            await press(pilot, key)
            await focuses(pilot, place)

    assert drive(tmp_path, script, answers=ARTICLE).session.answers == Answers(ARTICLE)


def test_enter_on_an_untouched_row_goes_on_and_makes_no_machine(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("control-plane")
        await press(pilot, "down", "down", "enter")
        await at_step(pilot, "vip")

    assert drive(tmp_path, script, answers=ARTICLE).session.answers == Answers(ARTICLE)


def test_pasted_lines_of_a_hosts_file_are_rows_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("control-plane")
        app.post_message(events.Paste(HOSTS))
        await until(pilot, lambda: names(app, "control_plane") == ["k8s-master1", "k8s-b", "k8s-c"])
        await sees(pilot, "not read: 127.0.0.1 localhost")
        assert addresses(app, "control_plane") == ["192.168.2.151", "192.168.2.152", "192.168.2.153"]
        await focuses(pilot, master(3, "name"))
        await press(pilot, "enter")
        await at_step(pilot, "vip")

    drive(tmp_path, script, answers=FIRST)


def test_a_typed_range_becomes_rows_with_the_names_that_follow(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("control-plane")
        await press(pilot, "192.168.2.152-153")
        await sees(pilot, "Enter makes 2 rows of it")
        await press(pilot, "enter")
        await until(pilot, lambda: names(app, "control_plane") == ["k8s-master1", "k8s-master2", "k8s-master3"])
        await focuses(pilot, master(3, "name"))
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: app.session.answers[master(1, "name")] == "192.168.2.152-153")

    drive(tmp_path, script, answers=FIRST)


def test_each_list_has_a_row_to_begin_with_whatever_is_missing_before(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("initial-master")
        await press(pilot, "ctrl+n", "k8s-master2", "tab", "192.168.2.152", "ctrl+n")
        await at_step(pilot, "vip")
        assert names(app, "control_plane") == ["", "k8s-master2"]

    drive(tmp_path, script)


def test_a_list_for_the_initial_master_goes_on_in_the_next_step(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("initial-master")
        app.post_message(events.Paste("a=10.0.0.1\nb=10.0.0.2\nc=10.0.0.3"))
        await sees(pilot, "2 machines of the list: in the next step")
        assert names(app, "control_plane") == ["a", "b", "c"]

    drive(tmp_path, script)


def test_several_lines_in_a_field_for_one_are_never_dropped_in_silence(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        app.post_message(events.Paste("  kube.example.com \nother.example.com\n"))
        await until(pilot, lambda: app.session.answers[ENDPOINT] == "kube.example.com")
        await told(pilot, "the first of 2 was pasted")

    drive(tmp_path, script, notices=True)


def test_a_removed_row_comes_back_and_so_does_each_change_before(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        app.session.begin(Answers(ARTICLE))
        await app.go("vrrp")
        await press(pilot, "down", "right")
        await until(pilot, lambda: app.session.answers[MODE] == "multicast")
        await app.go("load-balancers")
        await press(pilot, "f8")
        await until(pilot, lambda: names(app, "lb") == ["haproxy-lb2"])
        await told(pilot, "Ctrl+Z brings it back")
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: app.session.answers == Answers({**ARTICLE, MODE: "multicast"}))
        await sees(pilot, "1 haproxy-lb1 192.168.2.141 ens160")
        await press(pilot, "ctrl+underscore")
        await at_step(pilot, "vrrp")
        await until(pilot, lambda: app.session.answers == Answers(ARTICLE))
        await focuses(pilot, MODE)
        await press(pilot, "ctrl+z")
        await told(pilot, "there is nothing to undo")

    drive(tmp_path, script, notices=True)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_each_heading_stands_above_its_column(tmp_path: Path, size: tuple[int, int]) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        for step in ("initial-master", "load-balancers"):
            await app.go(step)
            await until(pilot, lambda: app.screen.query(MachineList) and app.screen.query_one(MachineRow).region.height)
            headings = app.screen.query(".heading .cell").results(Static)
            row = app.screen.query(MachineRow).first()
            for heading, field in zip(headings, row.fields, strict=True):
                assert heading.region.x == field.region.x
                assert heading.region.width == field.region.width

    drive(tmp_path, script, size=size, answers=ARTICLE)


def test_nothing_of_it_hides_in_a_small_terminal(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("control-plane")
        app.post_message(events.Paste("10.0.0.2-20"))
        await until(pilot, lambda: app.session.answers.count("control_plane") == 20)
        await until(pilot, lambda: focused(app) == master(20, "name"))
        await sees(pilot, "21 k8s-master21")
        assert "k8s-master20" in words(pilot)
        assert all(len(line) <= 80 for line in text(pilot).splitlines())

    drive(tmp_path, script, answers=FIRST)


def stacked(count: int) -> dict[Place, str]:
    """Control-plane nodes that are the load balancers, with what that adds to say below the list."""
    answers = {place: text for place, text in ARTICLE.items() if place.table not in ("control_plane", "lb")}
    for number in range(count):
        values = {"name": f"m{number + 1}", "address": f"192.168.2.15{number + 1}"}
        answers |= {master(number, key): text for key, text in values.items()}
        answers |= {lb(number, key): text for key, text in {**values, "interface": "ens160"}.items()}
    return answers


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_field_and_its_help_are_in_sight_at_80_by_24(tmp_path: Path, count: int) -> None:
    """Also below the two lines about the port of a stacked cluster and those of the live checks."""

    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await at_step(pilot, "load-balancers")
        await sees(pilot, "so the endpoint's port is 8443")
        body, hint = app.screen.query_one("#body"), app.screen.query_one(MachineList).hint
        for number in range(count + 1):
            for key in ("name", "address", "interface"):
                field = field_at(app, lb(number, key))
                app.screen.set_focus(field.answer)
                await focuses(pilot, lb(number, key))
                await until(pilot, lambda field=field: body.content_region.contains_region(field.region))  # type: ignore[misc]
                await until(pilot, lambda: body.content_region.contains_region(hint.region))
        await press(pilot, "x")  # one more row, below this one
        await until(pilot, lambda: len(app.screen.query(MachineRow)) == count + 2)
        await until(pilot, lambda: body.content_region.contains_region(hint.region))

    drive(tmp_path, script, answers=stacked(count))
