"""The forms by the keyboard: moving, wrong and missing answers, lists of machines, what the other keys show."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList

from tests import examples
from tests.wizard.tui.support.pilot import (
    ARTICLE,
    LARGE,
    SMALL,
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
from wizard.questions.steps import Step, steps
from wizard.tui.app import Wizard
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.help import HelpDialog
from wizard.tui.dialogs.preview import PreviewDialog
from wizard.tui.reading.file_tabs import FileTabs
from wizard.tui.reading.preview import BAR, Preview
from wizard.tui.widgets.field import AnswerField

pytestmark = pytest.mark.slow

ENDPOINT, PORT = Place("cluster", 0, "endpoint"), Place("cluster", 0, "port")
VIP = Place("vip", 0, "address")
FORMS = [step for step in steps() if step.fields and not step.aside]


def lb(number: int, key: str) -> Place:
    return Place("lb", number, key)


def master(number: int, key: str) -> Place:
    return Place("control_plane", number, key)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "key", "order"),
    [
        (SMALL, "ctrl+n", FORMS),
        (LARGE, "escape", FORMS[::-1]),
        *([(LARGE, "ctrl+n", FORMS), (SMALL, "escape", FORMS[::-1])] if examples.ALL else []),
    ],
)
def test_every_form_can_be_walked_through_both_ways_and_the_answers_stay(
    tmp_path: Path, size: tuple[int, int], key: str, order: list[Step]
) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go(order[0].key)
        for step in order:
            await at_step(pilot, step.key)
            await sees(pilot, step.title)
            assert focused(app) is not None
            for field in app.screen.query(AnswerField):
                assert field.text == ARTICLE.get(field.place, "")
            await press(pilot, key)
        await sees(pilot, "Nothing is written until you say so" if key == "escape" else "Review")

    assert drive(tmp_path, script, size=size, answers=ARTICLE).session.answers == Answers(ARTICLE)


def test_at_80_columns_title_and_first_field_are_visible_and_nothing_is_cut_off(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        for step in FORMS:
            await app.go(step.key)
            await at_step(pilot, step.key)
            await sees(pilot, step.title)
            first = app.focused
            assert first is not None, step.key
            assert first.region.bottom <= app.screen.query_one("#body").region.bottom, step.key
            for widget in app.screen.query("#body *, #heading, StepsBar, Footer"):
                assert widget.region.right <= 80, (step.key, widget)
            bar = text(pilot).splitlines()[1]
            assert "write" in bar, step.key
            await until(pilot, lambda: "Enter next" in text(pilot).splitlines()[-1])  # it comes a moment later

    drive(tmp_path, script, answers=ARTICLE)


def test_tab_and_arrows_move_between_the_fields(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        for key, place in (("tab", PORT), ("up", ENDPOINT), ("down", PORT), ("shift+tab", ENDPOINT)):
            await press(pilot, key)
            await focuses(pilot, place)

    drive(tmp_path, script)


def test_a_wrong_answer_is_said_in_words_and_enter_comes_back_to_it(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "bad_name..", "enter", "enter")
        await sees(pilot, "✗ ")
        assert field_at(app, ENDPOINT).fault
        await until(pilot, lambda: focused(app) == ENDPOINT)
        assert app.step == "dns"
        await press(pilot, *["backspace"] * 10, "k.example.com", "enter", "enter")
        await at_step(pilot, "initial-master")

    assert drive(tmp_path, script).session.answers[ENDPOINT] == "k.example.com"


def test_a_wrong_answer_shows_after_a_pause_without_leaving_the_field(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vip")
        await press(pilot, "192.168.2.151/24")
        await sees(pilot, "itself")
        assert focused(app) == VIP
        assert "✗ VIP" not in text(pilot)  # where we are is told from what is wrong
        await press(pilot, *["backspace"] * 5, "40/24")
        await until(pilot, lambda: app.session.answers[VIP] == "192.168.2.140/24")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers and not field_at(app, VIP).fault)

    drive(tmp_path, script, answers={place: value for place, value in ARTICLE.items() if place != VIP})


def test_a_needed_answer_that_is_missing_holds_enter_back_and_says_so(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vip")
        await press(pilot, "enter", "enter")
        await sees(pilot, "required; Ctrl+N continues without it")
        assert (app.step, focused(app)) == ("vip", VIP)
        await press(pilot, "ctrl+n")
        await at_step(pilot, "load-balancers")

    drive(tmp_path, script)


def test_names_and_interfaces_of_further_machines_are_suggested_and_taken_by_enter(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await press(pilot, "lb09", "enter", "10.0.0.1", "enter", "eth0", "enter")
        await sees(pilot, "Enter accepts lb10")
        await press(pilot, "enter", "10.0.0.2", "enter", "enter")
        await until(pilot, lambda: focused(app) == lb(2, "name"))
        assert field_at(app, lb(1, "name")).text == "lb10"
        await press(pilot, "enter")
        await at_step(pilot, "vrrp")

    answers = drive(tmp_path, script).session.answers
    assert [answers[lb(1, key)] for key in ("name", "address", "interface")] == ["lb10", "10.0.0.2", "eth0"]
    assert answers.count("lb") == 2


def test_a_cleared_row_is_removed_and_the_next_machine_moves_up(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("control-plane")
        await press(pilot, *["backspace"] * 11, "enter", *["backspace"] * 13, "enter")
        await until(pilot, lambda: app.session.answers.count("control_plane") == 2)
        await until(pilot, lambda: field_at(app, master(1, "name")).text == "k8s-master3")

    assert drive(tmp_path, script, answers=ARTICLE).session.answers[master(1, "address")] == "192.168.2.153"


def test_f8_removes_the_machine_in_focus(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await press(pilot, "f8")
        await until(pilot, lambda: app.session.answers.count("lb") == 1)
        await until(pilot, lambda: focused(app) == lb(0, "name"))
        assert field_at(app, lb(0, "name")).text == "haproxy-lb2"
        assert field_at(app, lb(1, "name")).text == ""

    assert drive(tmp_path, script, answers=ARTICLE).session.answers[lb(0, "address")] == "192.168.2.142"


def test_choices_turn_round_with_left_and_right(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vrrp")
        await press(pilot, "down", "right")
        await until(pilot, lambda: app.session.answers[Place("vrrp", 0, "mode")] == "multicast")
        await press(pilot, "left", "down", "left")
        await until(pilot, lambda: app.session.answers[Place("vrrp", 0, "preempt")] == "false")

    assert drive(tmp_path, script).session.answers[Place("vrrp", 0, "mode")] == "unicast"


def test_defaults_of_the_plan_stand_in_empty_fields(tmp_path: Path) -> None:
    from rules.plan.defaults import virtual_router_id

    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vrrp")
        await until(pilot, lambda: app.session.outcome.plan)
        plan = app.session.outcome.plan
        assert plan is not None
        await sees(pilot, f"default {virtual_router_id(plan.name, plan.vip)}")

    drive(tmp_path, script, answers=ARTICLE)


def test_f1_explains_the_field_in_focus(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vip")
        await press(pilot, "f1")
        await until(pilot, lambda: isinstance(app.screen, HelpDialog))
        await sees(pilot, "(IPAM, DHCP)")
        await press(pilot, "escape")
        await until(pilot, lambda: focused(app) == VIP)

    drive(tmp_path, script)


def test_f2_lists_what_is_wrong_and_enter_leads_to_the_field(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await until(pilot, lambda: app.session.outcome.faults)
        await sees(pilot, "1 answer wrong in step nodes")
        await press(pilot, "f2")
        await until(pilot, lambda: isinstance(app.screen, FindingsDialog) and app.screen.query(OptionList))
        await sees(pilot, "✗ wrong: ")
        await press(pilot, "enter")
        await at_step(pilot, "load-balancers")
        await until(pilot, lambda: focused(app) == lb(1, "address"))
        await sees(pilot, "✗ Address: ")

    drive(tmp_path, script, answers={**ARTICLE, lb(1, "address"): "192.168.2.999"})


def test_f10_says_what_is_in_the_way_of_writing(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        await press(pilot, "f10")
        await sees(pilot, "nothing can be written yet: 1 answer is missing")
        assert app.step == "dns"

    drive(tmp_path, script, answers={place: value for place, value in ARTICLE.items() if place != VIP})


def test_the_preview_covers_80_columns_masks_passwords_and_marks_what_changed(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vrrp")
        await until(pilot, lambda: app.session.outcome.files)
        await press(pilot, "77")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers and app.session.outcome.files)
        await press(pilot, "f3")
        await until(pilot, lambda: isinstance(app.screen, PreviewDialog) and app.screen.query_one(FileTabs).names)
        await sees(pilot, "haproxy-lb1/keepalived.conf")
        shown = app.screen.query_one(Preview).query_one("#first VerticalScroll > Static")
        await until(pilot, lambda: "virtual_router_id 77" in str(shown.render()))
        lines = str(shown.render()).splitlines()
        marked = [line for line in lines if line.startswith(BAR)]
        assert any("virtual_router_id 77" in line for line in marked)
        assert len(marked) < len(lines) / 2
        assert any("auth_pass *" in line for line in lines)
        assert "hunter2" not in "\n".join(lines)
        await press(pilot, "escape")
        await until(pilot, lambda: not isinstance(app.screen, PreviewDialog))

    drive(tmp_path, script, answers={**ARTICLE, Place("vrrp", 0, "auth_pass"): "hunter2"})


def test_the_preview_stands_beside_the_form_at_120_columns_and_comes_and_goes_with_the_width(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("haproxy")
        await sees(pilot, "haproxy-lb1/haproxy.cfg")
        await pilot.resize_terminal(*SMALL)
        await until(pilot, lambda: "haproxy-lb1/haproxy.cfg" not in text(pilot))
        await pilot.resize_terminal(*LARGE)
        await sees(pilot, "haproxy-lb1/haproxy.cfg")
        await press(pilot, "f3")
        await until(pilot, lambda: isinstance(app.screen, PreviewDialog) and isinstance(app.focused, FileTabs))
        await sees(pilot, "haproxy-lb2/etc/haproxy/haproxy.cfg")

    drive(tmp_path, script, size=LARGE, answers=ARTICLE)


def test_without_files_the_preview_says_what_is_missing(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "f3")
        await sees(pilot, "The files appear here once these are answered")
        await sees(pilot, "missing: Virtual IP: Address / prefix")

    drive(tmp_path, script)


@pytest.mark.parametrize("size", [(40, 10), (59, 30), (100, 19)])
def test_a_small_terminal_gets_a_notice_and_the_keys_stay_alive(tmp_path: Path, size: tuple[int, int]) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "make the terminal larger")
        await press(pilot, "enter", "k.example.com", "enter")
        await at_step(pilot, "dns")
        await sees(pilot, f"(now {size[0]}x{size[1]}, needed 80x24)")
        await until(pilot, lambda: app.session.answers[ENDPOINT] == "k.example.com")
        await pilot.resize_terminal(*SMALL)
        await sees(pilot, "DNS name of the control plane")
        assert "make the terminal larger" not in words(pilot)

    drive(tmp_path, script, size=size)


def test_the_palette_leads_to_every_step(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: app.focused is not None and focused(app) is None)
        await press(pilot, "Go to VIP")
        await sees(pilot, "Virtual IP")
        await press(pilot, "down", "enter")
        await at_step(pilot, "vip")

    drive(tmp_path, script)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
def test_markup_and_control_characters_in_answers_are_shown_as_they_are(tmp_path: Path, theme: str) -> None:
    hostile = "[bold red]x[/] [@click=app.quit]y[/]"

    async def script(pilot: Driven, app: Wizard) -> None:
        app.theme = theme
        app.session.replace_answers(Answers({**ARTICLE, ENDPOINT: hostile, lb(0, "name"): "\x1b[31m[/red]"}))
        await app.go("load-balancers")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        await sees(pilot, "[bold red]x[/]")
        await press(pilot, "f2")
        await until(pilot, lambda: isinstance(app.screen, FindingsDialog))
        assert "\x1b" not in text(pilot)

    drive(tmp_path, script)
