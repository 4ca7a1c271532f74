"""One more load balancer, another machine for a master, older drafts: from the start screen to the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Button, OptionList

from parsers.facts.haproxy import haproxy_facts
from parsers.facts.keepalived import keepalived_facts
from parsers.haproxy import parse_haproxy
from parsers.keepalived import parse_keepalived
from rules import lint
from tests.wizard.plans import ARTICLE as PLAN
from tests.wizard.tui.support.pilot import (
    ARTICLE,
    SMALL,
    Driven,
    at_step,
    click_text,
    closes,
    drive,
    focuses,
    opens,
    press,
    sees,
    text,
    until,
    words,
)
from wizard import files as store
from wizard.files import write_tree
from wizard.files.earlier import earlier, keep_earlier
from wizard.plan.file import write_plan
from wizard.questions.answers import Answers, Place, from_toml, to_toml
from wizard.questions.known.derived import settled
from wizard.questions.review import tree
from wizard.questions.session import judge
from wizard.tui.app import Wizard
from wizard.tui.dialogs.choose import ChooseDialog
from wizard.tui.dialogs.importing import ImportDialog
from wizard.tui.dialogs.notes import NotesDialog
from wizard.tui.dialogs.question import QuestionDialog
from wizard.tui.opening import Import
from wizard.tui.screens.start import StartScreen

pytestmark = pytest.mark.slow

ENDPOINT, NEW_LB = Place("cluster", 0, "endpoint"), Place("lb", 2, "name")
ADDRESSES = {"haproxy-lb1": "192.168.2.141", "haproxy-lb2": "192.168.2.142", "haproxy-lb3": "192.168.2.143"}
OLD = '[cluster]\nendpoint = "old.example.com"\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files of the article's cluster; drafts have a place of their own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "kacang"
    folder.mkdir()
    files = tree(judge(from_toml(write_plan(PLAN))), folder)
    write_tree(folder, files, force=False, when=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    return folder


async def begin(pilot: Driven, word: str) -> None:
    """Go to a line of the start by keys, and take it."""
    await opens(pilot, StartScreen)
    menu = pilot.app.screen.query_one(OptionList)
    index = next(number for number, option in enumerate(menu.options) if str(option.prompt).startswith(word))
    await press(pilot, "home", *["down"] * index)
    await until(pilot, lambda: menu.highlighted == index)
    await press(pilot, "enter")


async def write(pilot: Driven, app: Wizard) -> None:
    await until(pilot, lambda: app.session.outcome.answers == app.session.answers and app.session.outcome.files)
    await press(pilot, "f10")
    await at_step(pilot, "write")
    await sees(pilot, "would be written")
    await press(pilot, "enter")
    await opens(pilot, NotesDialog)
    await sees(pilot, "What to do on the machines, in this order")


def peers(folder: Path, name: str) -> set[str]:
    content = (folder / name / "etc/keepalived/keepalived.conf").read_text()
    (instance,) = keepalived_facts(parse_keepalived(content)).instances
    return {str(peer.address) for peer in instance.unicast_peers}


def findings(folder: Path) -> list[str]:
    paths = [path for path in folder.rglob("etc/*/*") if path.suffix in (".cfg", ".conf")]
    report = lint({str(path.relative_to(folder)): path.read_text() for path in paths})
    assert len(report.nodes) == len(list(folder.glob("haproxy-lb*")))
    return [f"{finding.code} {finding.message}" for finding in report.findings if finding.severity.word != "info"]


def check_three(folder: Path) -> None:
    for name, address in ADDRESSES.items():
        assert peers(folder, name) == set(ADDRESSES.values()) - {address}
    assert findings(folder) == []
    plan = from_toml((folder / "halb.toml").read_text())
    assert [plan[Place("lb", number, "priority")] for number in range(3)] == ["110", "100", "90"]
    assert plan[Place("vrrp", 0, "auth_pass")] == PLAN.vrrp.auth_pass


def test_a_load_balancer_is_added_by_keys_and_the_order_is_said(folder: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await begin(pilot, "Add")
        await opens(pilot, NotesDialog)
        await sees(pilot, "the new one comes last")
        await press(pilot, "enter")
        await at_step(pilot, "load-balancers")
        await focuses(pilot, NEW_LB)
        await press(pilot, "tab", "192.168.2.143", "enter", "enter", "enter")
        await at_step(pilot, "vrrp")
        await write(pilot, app)
        await sees(pilot, "haproxy-lb3 comes last")
        await sees(pilot, "sh install.sh on haproxy-lb2, then")
        await press(pilot, "enter")
        await closes(pilot, NotesDialog)
        await sees(pilot, "✓ written")

    drive(folder, script, store=store)
    check_three(folder)
    assert store.load(folder) is None


def test_a_load_balancer_is_added_by_clicks(folder: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Add a load balancer")
        await click_text(pilot, "a load balancer", inside=OptionList)
        await opens(pilot, NotesDialog)
        await sees(pilot, "Continue")
        await pilot.click(Button)
        await focuses(pilot, NEW_LB)
        await press(pilot, "haproxy-lb3")
        await click_text(pilot, "e.g. 192.168.2.143")
        await focuses(pilot, NEW_LB._replace(key="address"))
        await press(pilot, "192.168.2.143", "enter", "enter")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers and app.session.outcome.files)
        assert app.session.answers[NEW_LB._replace(key="interface")] == "ens160"
        await app.go("write")
        await sees(pilot, "would be written")
        await pilot.click("#write")
        await opens(pilot, NotesDialog)
        await sees(pilot, "haproxy-lb3 comes last")
        await pilot.click(Button)
        await closes(pilot, NotesDialog)

    drive(folder, script, store=store)
    check_three(folder)


def test_adding_and_giving_up_leaves_the_plan_as_it_was(folder: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await begin(pilot, "Add")
        await opens(pilot, NotesDialog)
        await press(pilot, "escape")
        await focuses(pilot, NEW_LB)
        await press(pilot, "enter", "enter")
        await at_step(pilot, "vrrp")

    assert drive(folder, script, store=store).session.answers == settled(from_toml(write_plan(PLAN)))
    assert store.load(folder) is None


def servers(folder: Path, name: str) -> list[str]:
    config = haproxy_facts([parse_haproxy((folder / name / "etc/haproxy/haproxy.cfg").read_text())])
    return [str(server.address) for backend in config.backends for server in backend.servers]


def check_replaced(folder: Path, old: str, new: str) -> None:
    for name in ("haproxy-lb1", "haproxy-lb2"):
        assert new in servers(folder, name)
    texts = {path: path.read_text() for path in folder.rglob("*") if path.is_file() and path.suffix != ".bak"}
    assert [path for path, content in texts.items() if old in content] == []
    assert findings(folder) == []


def test_a_master_is_replaced_by_keys(folder: Path) -> None:
    place = Place("control_plane", 1, "address")

    async def script(pilot: Driven, app: Wizard) -> None:
        await begin(pilot, "Replace")
        await opens(pilot, ChooseDialog)
        await sees(pilot, "k8s-master1 (192.168.2.151) initial master")
        await press(pilot, "down", "enter")
        await opens(pilot, NotesDialog)
        await sees(pilot, "kubectl delete node k8s-master2")
        await press(pilot, "enter")
        await at_step(pilot, "control-plane")
        await focuses(pilot, place)
        await press(pilot, "backspace", "9")
        await until(pilot, lambda: app.session.answers[place] == "192.168.2.159")
        await write(pilot, app)
        await sees(pilot, "k8s-master2 (192.168.2.159) takes the place of")

    drive(folder, script, store=store)
    check_replaced(folder, "192.168.2.152", "192.168.2.159")


def test_the_initial_master_is_replaced_by_clicks_and_what_hangs_on_it_is_said(folder: Path) -> None:
    place = Place("control_plane", 0, "address")

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Replace a control-plane node")
        await click_text(pilot, "Replace", inside=OptionList)
        await opens(pilot, ChooseDialog)
        await sees(pilot, "Which control-plane node do you want to replace?")
        await click_text(pilot, "k8s-master1 (", inside=OptionList)
        await opens(pilot, NotesDialog)
        await sees(pilot, "kube-control.kacangisnuts.com leads to it (192.168.2.151)")
        await pilot.click(Button)
        await at_step(pilot, "initial-master")
        await focuses(pilot, place)
        await press(pilot, "backspace", "8")
        await until(pilot, lambda: app.session.answers[place] == "192.168.2.158")
        await write(pilot, app)

    drive(folder, script, store=store)
    check_replaced(folder, "192.168.2.151", "192.168.2.158")


def test_escape_leads_back_from_the_list_of_masters(folder: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await begin(pilot, "Replace")
        await opens(pilot, ChooseDialog)
        await press(pilot, "escape")
        await closes(pilot, ChooseDialog)
        assert isinstance(app.screen, StartScreen)

    assert drive(folder, script).session.answers == Answers()


def test_where_no_priority_is_left_it_is_said_and_nothing_else_happens(folder: Path) -> None:
    (folder / "halb.toml").write_text(write_plan(PLAN).replace("priority = 100", "priority = 1"))

    async def script(pilot: Driven, app: Wizard) -> None:
        await begin(pilot, "Add")
        await sees(pilot, "✗ a load balancer has the priority 1")
        assert isinstance(app.screen, StartScreen)

    drive(folder, script)


def test_the_draft_is_the_cluster_to_change_and_gets_its_password_back(folder: Path) -> None:
    changed = from_toml(write_plan(PLAN)).put(Place("haproxy", 0, "balance"), "roundrobin")
    store.save(to_toml(changed), folder)

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Add a load balancer, in the draft of")
        await begin(pilot, "Add")
        await opens(pilot, NotesDialog)
        await press(pilot, "enter")
        await focuses(pilot, NEW_LB)

    assert drive(folder, script, store=store).session.answers == changed


def test_without_a_cluster_there_is_nothing_to_add_to_or_to_replace(tmp_path: Path) -> None:
    store.save(OLD, tmp_path)

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Resume")
        assert "Add" not in text(pilot)
        assert "Replace" not in text(pilot)

    drive(tmp_path, script, store=store)


# Nothing is lost


def test_new_asks_nothing_and_the_older_draft_can_be_had_again(folder: Path) -> None:
    store.save(OLD, folder)

    async def new(pilot: Driven, app: Wizard) -> None:
        await begin(pilot, "New")
        await at_step(pilot, "dns")
        assert app.session.answers == Answers()
        await press(pilot, "new.example.com", "ctrl+q")
        await until(pilot, lambda: app._exit)

    drive(folder, new, store=store)
    now = store.load(folder)
    assert isinstance(now, store.SavedDraft)
    assert "new.example.com" in now.text

    async def again(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Earlier drafts that were replaced: 1")
        await begin(pilot, "Earlier")
        await opens(pilot, ChooseDialog)
        await sees(pilot, "old.example.com · at DNS · just now, 0 machines")
        await press(pilot, "enter")
        await at_step(pilot, "dns")

    assert drive(folder, again, store=store).session.answers[ENDPOINT] == "old.example.com"
    assert "new.example.com" in earlier(folder)[0].text


@pytest.mark.parametrize("word", ["New", "Change", "Cutover"])
def test_a_look_leaves_the_draft_alone(folder: Path, word: str) -> None:
    store.save(OLD, folder)

    async def script(pilot: Driven, app: Wizard) -> None:
        await begin(pilot, word)
        await at_step(pilot, "cutover" if word == "Cutover" else "dns")
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: app._exit)

    assert drive(folder, script, store=store).session.last_words == ""
    now = store.load(folder)
    assert isinstance(now, store.SavedDraft)
    assert now.text == OLD


class FullDisk:
    """A store that can't keep anything, as on a full disk."""

    def save(self, text: str, directory: Path) -> Path | store.Failure:
        return store.Failure("the draft was not saved: no space left on device")

    def load(self, directory: Path) -> store.SavedDraft | store.Failure | None:
        return None

    def drop(self, directory: Path) -> store.Failure | None:
        return None


@pytest.mark.parametrize("word", ["New", "Import"])
def test_answers_that_can_not_be_kept_are_asked_about(folder: Path, word: str) -> None:
    def importer(paths: Sequence[str]) -> Import:
        return Import(Answers(ARTICLE))

    async def replace(pilot: Driven, app: Wizard) -> None:
        await begin(pilot, word)
        if word == "Import":
            await opens(pilot, ImportDialog)
            await press(pilot, "lb1", "enter")
        await opens(pilot, QuestionDialog)
        await sees(pilot, "The current answers would be lost.")
        await sees(pilot, "no space left on device")

    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "k.example.com", "escape")
        await replace(pilot, app)
        await press(pilot, "enter")
        await closes(pilot, QuestionDialog)
        assert app.session.answers[ENDPOINT] == "k.example.com"
        await replace(pilot, app)
        await pilot.click("#yes")
        await at_step(pilot, "dns")

    answers = drive(folder, script, store=FullDisk(), importer=importer).session.answers
    assert answers == (Answers() if word == "New" else Answers(ARTICLE))


# The list itself


@pytest.mark.parametrize("size", [SMALL, (60, 20)])
def test_every_line_of_the_longest_list_can_be_reached(folder: Path, size: tuple[int, int]) -> None:
    store.save(OLD, folder)
    keep_earlier(folder)
    store.save(to_toml(Answers(ARTICLE)), folder)

    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "escape")
        await opens(pilot, StartScreen)
        found = ("Continue", "Resume", "Change", "Add", "Replace", "New", "Import", "Earlier", "Cutover")
        menu = app.screen.query_one(OptionList)
        assert [str(option.prompt)[:9].strip() for option in menu.options] == list(found)
        for word in found:
            await sees(pilot, word)
            await press(pilot, "down")
        if size == SMALL:
            await until(pilot, lambda: all(f"\n   {word}" in text(pilot) for word in found))

    drive(folder, script, size=size, store=store, importer=lambda paths: Import(Answers()))


def test_offline_is_said_on_the_start_and_by_each_check(folder: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "offline: nothing is asked")
        await begin(pilot, "Change")
        for step, said in (
            ("dns", "name servers about kube-control.kacangisnuts.com: not asked (offline)"),
            ("initial-master", "k8s-master1 port 6443: not asked (offline)"),
            ("control-plane", "k8s-master3 port 6443: not asked (offline)"),
            ("vip", "192.168.2.140 port 6443: not asked (offline)"),
            ("load-balancers", "interface of haproxy-lb2: not asked (offline)"),
        ):
            await at_step(pilot, app.step)
            await app.go(step)
            await sees(pilot, said)
            await until(pilot, lambda: app.session.outcome.answers == app.session.answers and "…" not in words(pilot))

    drive(folder, script)
