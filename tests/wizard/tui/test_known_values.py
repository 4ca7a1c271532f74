"""What a step knows of its answers: defaults and why, what was meant, the way to what is wrong, the draft."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from tests.wizard.tui.support.pilot import (
    ARTICLE,
    Driven,
    at_step,
    click_text,
    drive,
    field_at,
    focused,
    focuses,
    press,
    sees,
    send_at_once,
    text,
    until,
    words,
)
from wizard import files as store
from wizard.questions.answers import Answers, Place, to_toml
from wizard.questions.steps import steps
from wizard.tui import judging
from wizard.tui.app import Wizard
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.judging import Saving

pytestmark = pytest.mark.slow

ENDPOINT, PORT, LAYOUT = (Place("cluster", 0, key) for key in ("endpoint", "port", "layout"))
VIP = Place("vip", 0, "address")
LB1, LB2 = (Place("lb", number, "address") for number in range(2))
STACKED = {**ARTICLE, LB1: "192.168.2.151", LB2: "192.168.2.152"}


def status(app: Wizard) -> str:
    return str(app.screen.query_one("#status", Static).render())


async def judged(pilot: Driven, app: Wizard) -> None:
    await until(pilot, lambda: app.session.is_judged and "checking" not in status(app))


def test_the_port_that_follows_from_the_machines_is_shown_everywhere_at_once(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await sees(pilot, "kube-control.kacangisnuts.com:6443")
        await press(pilot, "enter", *["backspace"] * 2, "51")
        await until(pilot, lambda: focused(app) == LB1 and field_at(app, LB1).text == "192.168.2.151")
        assert text(pilot).count("kube-control.kacangisnuts.com:6443") == 2  # one of two is no stacked cluster
        await press(pilot, "enter", "enter", "enter", *["backspace"] * 2, "52")
        await until(pilot, lambda: text(pilot).count("kube-control.kacangisnuts.com:8443") == 2)
        await sees(
            pilot, "stacked: haproxy runs on control-plane nodes, whose API servers have 6443, so the endpoint's"
        )
        await app.go("dns")
        await sees(pilot, "Port default 8443 ! 8443, as haproxy shares its machines with API servers, which have 6443")
        await app.go("vip")
        await sees(pilot, "192.168.2.140 port 8443: not asked")
        for key in ("review", "write"):
            await app.go(key)
            await sees(pilot, "halb kube-control.kacangisnuts.com:8443")

    drive(tmp_path, script, answers=ARTICLE)


VARIED = [
    {**STACKED, Place("haproxy", 0, "bind"): "vip"},
    {**STACKED, Place("control_plane", 0, "port"): "7443", Place("vip", 0, "address6"): "fd00:2::140/64"}
    | {Place("lb", number, "address6"): f"fd00:2::{141 + number}" for number in range(2)},
    {**ARTICLE, PORT: "7443"},
]


def test_every_screen_has_the_endpoint_of_the_files(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        for answers in VARIED:
            app.session.replace_answers(Answers(answers))
            await until(pilot, lambda: app.session.is_judged)
            plan = app.session.outcome.plan
            assert plan is not None
            assert f"{plan.endpoint}:{plan.port}" in app.session.outcome.files["kubeadm-config.yaml"]
            for step in steps():
                if step.key != "cutover":  # which asks the network about the plan itself
                    await app.go(step.key)
                    await at_step(pilot, step.key)
                    await sees(pilot, f"halb {plan.endpoint}:{plan.port}")
                    shown = set(re.findall(rf"{re.escape(plan.endpoint)}:([0-9]+)", text(pilot)))
                    assert shown == {str(plan.port)}, step.key

    drive(tmp_path, script)


def test_the_port_of_a_cluster_that_is_there_does_not_move_and_a_key_writes_another(tmp_path: Path) -> None:
    from tests.wizard.plans import ARTICLE as PLAN
    from wizard.plan.file import write_plan

    (tmp_path / "halb.toml").write_text(write_plan(PLAN).replace("port = 6443\n", ""))

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Change")
        await click_text(pilot, "Change")
        await until(pilot, lambda: app.session.answers[ENDPOINT])
        assert (app.session.answers[PORT], app.session.answers[LAYOUT]) == ("6443", "")
        for number in range(2):
            app.session.set_answer(Place("lb", number, "address"), f"192.168.2.{151 + number}")
        await app.go("load-balancers")
        await judged(pilot, app)
        await sees(pilot, "! DNS name of the control plane: Port: 6443 is the port of the API server on k8s-master1")
        await press(pilot, "f2")
        await until(pilot, lambda: isinstance(app.screen, FindingsDialog) and app.screen.query(OptionList))
        await press(pilot, "enter")
        await focuses(pilot, PORT)
        await sees(pilot, "(F12 writes 8443)")
        await press(pilot, "f12")
        await until(pilot, lambda: app.session.answers[PORT] == "8443")
        await judged(pilot, app)
        assert app.session.outcome.plan is not None
        assert (app.session.outcome.plan.layout, app.session.outcome.plan.port) == ("stacked", 8443)

    drive(tmp_path, script, store=None)


def test_a_layout_that_contradicts_the_addresses_is_wrong_at_its_field_and_a_key_changes_it(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await judged(pilot, app)
        assert status(app).startswith("1 of 9  ✗ 1 answer wrong in step more")
        await press(pilot, "f2")
        await until(pilot, lambda: isinstance(app.screen, FindingsDialog) and app.screen.query(OptionList))
        await press(pilot, "enter")
        await at_step(pilot, "advanced")
        await focuses(pilot, LAYOUT)
        await sees(pilot, "✗ the load balancer haproxy-lb1 has the address 192.168.2.151")
        await press(pilot, "ctrl+@")
        await sees(pilot, "Layout dedicated (stacked)")
        await until(pilot, lambda: app.session.is_judged and app.session.outcome.plan)

    drive(tmp_path, script, answers={**STACKED, LAYOUT: "dedicated"})


@pytest.mark.parametrize("leave", ["enter", "tab", "down"])
def test_what_was_meant_is_put_right_when_the_field_is_left_and_the_step_says_so(tmp_path: Path, leave: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "https://Kube.Example.com:7443/")
        await sees(pilot, "→ kube.example.com, and the port 7443")
        assert field_at(app, ENDPOINT).text == "https://Kube.Example.com:7443/"
        await press(pilot, leave)
        await until(pilot, lambda: field_at(app, ENDPOINT).text == "kube.example.com")
        assert field_at(app, PORT).text == "7443"
        await sees(pilot, "put right: 'https://Kube.Example.com:7443/' is kube.example.com, and the port 7443")
        await judged(pilot, app)
        assert not app.session.outcome.faults

    answers = drive(tmp_path, script).session.answers
    assert (answers[ENDPOINT], answers[PORT]) == ("kube.example.com", "7443")


def test_what_was_meant_is_put_right_when_all_keys_come_at_once(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("initial-master")
        send_at_once(app, "m1", "enter", "192.168.2.151/24", "enter", "m2", "enter")
        await at_step(pilot, "control-plane")
        await sees(pilot, "put right: '192.168.2.151/24' is 192.168.2.151")
        await focuses(pilot, Place("control_plane", 1, "address"))

    answers = drive(tmp_path, script).session.answers
    assert answers[Place("control_plane", 0, "address")] == "192.168.2.151"
    assert answers[Place("control_plane", 1, "name")] == "m2"


def test_a_key_writes_what_is_proposed(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vip")
        await press(pilot, "192.168.2.140")
        await sees(pilot, "has no prefix length; write '192.168.2.140/24' (F12 does it)")
        await press(pilot, "f12")
        await until(pilot, lambda: app.session.answers[VIP] == "192.168.2.140/24")
        await judged(pilot, app)
        assert focused(app) == VIP
        assert "F12" not in text(pilot)

    drive(tmp_path, script)


def test_the_line_below_tells_of_this_step_and_not_of_later_ones(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await judged(pilot, app)
        assert status(app) == "1 of 9  ○ missing: DNS name"
        await press(pilot, "kube.example.com")
        await until(pilot, lambda: status(app).strip() == "1 of 9")
        await app.go("vip")
        await press(pilot, "fe80::1/64")
        await until(pilot, lambda: status(app).startswith("4 of 9  ✗ Address / prefix: 'fe80::1/64' is a link-local"))

    drive(tmp_path, script)


def test_an_address_that_does_not_go_with_the_vip_is_wrong_in_its_own_row_and_noted_at_the_vip(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await press(pilot, "enter", *["backspace"] * 3, "140")
        await sees(pilot, "✗ Address: '192.168.2.140' is the VIP")
        await app.go("vip")
        await judged(pilot, app)
        await sees(pilot, "! Load balancers, haproxy-lb1: Address: '192.168.2.140' is the VIP")
        assert field_at(app, VIP).fault == ""

    drive(tmp_path, script, answers=ARTICLE)


def test_choices_show_all_there_are_and_a_click_takes_one(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vrrp")
        await sees(pilot, "After repair (VIP returns) VIP stays")
        await click_text(pilot, "VIP stays")
        await sees(pilot, "After repair VIP returns (VIP stays)")
        await until(pilot, lambda: app.session.answers[Place("vrrp", 0, "preempt")] == "false")
        await click_text(pilot, "unicast)  multi")
        await sees(pilot, "Adverts (unicast) multicast")
        await app.go("haproxy")
        await sees(pilot, "(leastconn) roundrobin static-rr first source random")

    drive(tmp_path, script, answers=ARTICLE)


def test_a_choice_that_follows_from_another_answer_is_shown_as_it_will_be(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("vrrp")
        await judged(pilot, app)
        await sees(pilot, "Watch haproxy by process (script)")
        assert app.session.outcome.plan is not None
        assert app.session.outcome.plan.vrrp.track == "script"

    drive(tmp_path, script, answers={**ARTICLE, Place("haproxy", 0, "run"): "static-pod"}, size=(120, 36))


@pytest.mark.parametrize(
    ("gone", "then"),
    [(None, "1 of 9  ✓ 2 nodes, 0 errors"), (ENDPOINT, "1 of 9  ○ missing: DNS name"), (VIP, "1 of 9")],
)
def test_a_plan_that_is_opened_lacks_nothing_until_it_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: Place | None, then: str
) -> None:
    """The judging begins when the test says so."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "halb.toml").write_text(to_toml(Answers(ARTICLE).put(gone, "") if gone else Answers(ARTICLE)))

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Change")
        monkeypatch.setattr(judging, "PAUSE", 3600)
        await app.screen.run_action("begin")
        await at_step(pilot, "dns")
        await sees(pilot, "1 of 9 … checking")
        for step in ("vip", "initial-master", "dns"):
            await app.go(step)
            await until(pilot, lambda: "checking" in status(app))
            assert not app.session.is_judged
            assert "missing" not in text(pilot)
        app._judging._begin()
        await until(pilot, lambda: status(app).strip().startswith(then))

    drive(tmp_path, script, store=store)


def test_a_new_plan_is_not_being_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is judged where nothing was answered, so nothing would end that."""
    monkeypatch.setattr(judging, "PAUSE", 3600)

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        await press(pilot, "enter")
        await at_step(pilot, "dns")
        await sees(pilot, "1 of 9 ○ missing: DNS name")

    drive(tmp_path, script)


def test_what_was_typed_is_saved_without_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def saved() -> str:
        found = store.load(tmp_path)
        return found.text if isinstance(found, store.SavedDraft) else ""

    async def script(pilot: Driven, app: Wizard) -> None:
        assert isinstance(app._saving, Saving)
        await app.go("control-plane")
        await press(pilot, "k8s-master2", "enter", "192.168.2.152", "enter", "k8s-mas")
        await until(pilot, lambda: 'name = "k8s-mas"' in saved())
        assert 'address = "192.168.2.152"' in saved()
        await sees(pilot, "draft saved")
        await press(pilot, "ter3")
        await until(pilot, lambda: 'name = "k8s-master3"' in saved())

    drive(tmp_path, script, store=store)


def test_a_draft_that_can_t_be_saved_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "kube")
        await sees(pilot, "draft NOT saved")
        await press(pilot, ".example.com")
        await until(pilot, lambda: app.session.answers[ENDPOINT] == "kube.example.com")
        await judged(pilot, app)
        assert words(pilot).count("the draft was not saved") <= 2  # in two lines of one note

    assert drive(tmp_path, script, store=store).session.answers == Answers({ENDPOINT: "kube.example.com"})


def test_what_is_proposed_is_applied_from_the_list_of_findings_and_taken_back(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await until(pilot, lambda: app.session.is_judged and VIP in app.session.outcome.proposals)
        await press(pilot, "f2")
        await until(pilot, lambda: isinstance(app.screen, FindingsDialog))
        await press(pilot, "a")
        await until(pilot, lambda: app.session.answers[VIP] == "192.168.2.140/24")
        await until(pilot, lambda: focused(app) == VIP and field_at(app, VIP).text == "192.168.2.140/24")
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: app.session.answers[VIP] == "192.168.2.140/33")

    drive(tmp_path, script, answers={**ARTICLE, VIP: "192.168.2.140/33"})
