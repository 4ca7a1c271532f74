"""A pair that serves is imported, taken over and written on the screens, without a dead end."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from rules.plan.model import Phase
from tests.programs import ROOT
from tests.wizard.tui.support.ends import article, play, wizard
from tests.wizard.tui.support.ends import at_step as at
from tests.wizard.tui.support.pilot import Driven, ask_what_to_import, at_step, drive, press, sees, until, words
from tests.wizard.tui.support.writing import files_below, screen_of, written
from wizard.commands.opening import import_answers
from wizard.questions.answers import Answers, Place
from wizard.questions.phase import PLACE, choices, chosen, found, is_open
from wizard.questions.writing import Way
from wizard.tui.app import Wizard
from wizard.tui.widgets.merge_choice import MergeChoice

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("elsewhere")]

PAIR = ROOT / "tests" / "cases" / "blog-pair"
IMPORTED = Place("lb", 0, "imported")


def pair(folder: Path) -> list[str]:
    for name in ("lb1", "lb2"):
        shutil.copytree(PAIR / name, folder / name)
    return [str(folder / "lb1"), str(folder / "lb2")]


def imported(folder: Path) -> Answers:
    answers = import_answers(pair(folder)).answers
    return answers.put(Place("cluster", 0, "endpoint"), "kube.example.com").put(PLACE, "cutover")


def test_after_an_import_the_phase_is_asked_and_no_answer_leaves_it_open(tmp_path: Path) -> None:
    paths = pair(tmp_path)

    async def script(pilot: Driven, app: Wizard) -> None:
        await ask_what_to_import(pilot)
        app.screen.query_one(Input).value = " ".join(paths)
        await press(pilot, "enter")
        await sees(pilot, "auth_pass")
        await pilot.press("end")
        await sees(pilot, "Password; or 'auth_pass' under [vrrp] in halb.toml)")
        await press(pilot, "enter")
        await sees(pilot, "Does the cluster's DNS name lead to the VIP already?")
        await press(pilot, "enter")
        await at_step(pilot, "dns")

    app = drive(tmp_path, script, importer=import_answers)
    assert app.session.answers[PLACE] == "cutover"
    assert app.session.answers[IMPORTED] == f"{paths[0]}/haproxy.cfg, {paths[0]}/keepalived.conf"


def test_each_file_has_one_sign_before_and_after_and_backups_are_promised_where_there_will_be_some(
    tmp_path: Path,
) -> None:
    answers, target = imported(tmp_path), tmp_path / "new"

    def signs(pilot: Driven) -> list[str]:
        shown = str(screen_of(pilot).query_one("#list", Static).content)
        return re.findall(r"[+~=] (?:new|changed|merged|mode|unchanged) +\S+", shown)

    async def scene() -> None:
        async with at("write", target, answers) as pilot:
            await sees(pilot, "choose above")
            screen_of(pilot).query_one(MergeChoice).choice = Way.TAKE_OVER
            await sees(pilot, "files would be written, 2 of them merged")
            assert "backups" not in words(pilot)
            before = signs(pilot)
            assert {one.split()[1] for one in before} == {"new", "merged", "changed"}
            await press(pilot, "f10")
            await written(pilot)
            assert signs(pilot) == before
            assert not [path for path in files_below(target) if path.endswith(".bak")]
            app = wizard(pilot)
            app.session.set_answer(Place("haproxy", 0, "balance"), "leastconn")
            await press(pilot, "escape")
            await at_step(pilot, "review")
            await press(pilot, "ctrl+o")
            await at_step(pilot, "write")
            await sees(pilot, "would be written, 2 of them merged; old content is kept in backups")
            await press(pilot, "f10")
            await written(pilot)
            assert [path for path in files_below(target) if path.endswith(".bak")]

    play(scene())


def test_an_open_phase_is_a_missing_answer_and_dns_or_a_choice_closes_it(tmp_path: Path) -> None:
    answers = import_answers(pair(tmp_path)).answers
    assert is_open(answers)
    assert is_open(chosen(answers, 2))
    assert is_open(chosen(answers, None))
    assert [chosen(answers, number)[PLACE] for number in (0, 1)] == ["cutover", "bootstrap"]
    assert found(answers.put(PLACE, "bootstrap"), Phase.CUTOVER)[PLACE] == "bootstrap"
    assert not is_open(Answers())
    assert len(choices(offline=True)) == len(choices(offline=False)) == 3


def test_the_pair_is_taken_over_by_keys_at_80_by_24(tmp_path: Path) -> None:
    answers = imported(tmp_path)

    async def scene() -> None:
        async with at("write", tmp_path, answers) as pilot:
            await sees(pilot, "2 files have sections that serve the endpoint; choose above")
            await sees(pilot, "( ) Take over (halb serves instead)")
            await sees(pilot, "~ changed lb1/etc/keepalived/keepalived.conf")
            # The files that run have a password, whatever it is, and halb's have none.
            await sees(pilot, "keepalived.conf has no password, where the old one has one:")
            await sees(pilot, "so stop keepalived on lb2 first, then run install.sh on lb1")
            choice = screen_of(pilot).query_one(MergeChoice)
            choice.focus()
            await pilot.press("right")
            assert choice.choice is Way.TAKE_OVER
            await sees(pilot, "- frontend kube-api (lb1 and lb2)")
            found = screen_of(pilot).changes
            assert "auth_pass" in found.dropped[0]
            assert found.diffs["lb1/etc/haproxy/haproxy.cfg"].startswith("--- lb1/haproxy.cfg\n")
            await pilot.press("f10")
            await written(pilot)
            await sees(pilot, "2. stop keepalived on lb2: it would take the VIP too")
            assert wizard(pilot).session.answers == answers

    play(scene())
    runbook = " ".join((tmp_path / "RUNBOOK.md").read_text().split())
    assert "On `lb2`, as root: `systemctl stop keepalived`." in runbook
    assert runbook.index("sudo sh lb1/install.sh") < runbook.index("sudo sh lb2/install.sh")
    text_now = (tmp_path / "lb1/etc/haproxy/haproxy.cfg").read_text()
    assert "kube-masters" not in text_now
    assert (tmp_path / "lb1/haproxy.cfg").read_bytes() == (PAIR / "lb1/haproxy.cfg").read_bytes()


def test_halb_toml_alone_is_written_while_the_rest_is_blocked(tmp_path: Path) -> None:
    answers = imported(tmp_path).put(Place("vip", 0, "address"), "10.99.0.10/24").put(PLACE, "")

    async def scene() -> None:
        async with at("write", tmp_path, answers) as pilot:
            await pilot.press("f8")
            await until(pilot, (tmp_path / "halb.toml").is_file)

    play(scene())
    assert {path for path in files_below(tmp_path) if "/" not in path} == {"halb.toml"}
    plan = tomllib.loads((tmp_path / "halb.toml").read_text())
    assert plan["lb"][0]["files"] == plan["lb"][0]["imported"] == ["lb1/haproxy.cfg", "lb1/keepalived.conf"]
    assert "phase" not in plan["cluster"]


def test_a_halb_toml_of_others_is_replaced_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "halb.toml").write_text("# mine\n")

    async def scene() -> None:
        async with at("write", tmp_path, article()) as pilot:
            await pilot.press("f8")
            await sees(pilot, "halb did not write what is in these files")
            await pilot.press("enter")
            await until(pilot, lambda: pilot.app.screen is screen_of(pilot))

    play(scene())
    assert (tmp_path / "halb.toml").read_text() == "# mine\n"
