"""Every screen of the wizard with a pair of files that was imported: what a terminal would show of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.widgets import Input, Static

from tests.programs import ROOT
from tests.wizard.tui.support.pilot import Driven, ask_what_to_import, at_step, drive, opens, press, sees, text, until
from tests.wizard.tui.support.writing import screen_of
from wizard.commands.opening import import_answers
from wizard.questions.answers import Answers, Place
from wizard.questions.phase import PLACE
from wizard.questions.steps import ADVANCED, steps
from wizard.questions.writing import Way
from wizard.tui.app import Wizard
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.notes import NotesDialog
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.preview import PreviewDialog
from wizard.tui.widgets.merge_choice import MergeChoice

PAIR = ROOT / "tests" / "cases" / "blog-pair"
LARGE = (160, 60)  # columns and lines

_COMPLETE = {
    Place("cluster", 0, "endpoint"): "kube.example.com",
    Place("vip", 0, "address"): "10.0.0.10/24",
    PLACE: "cutover",
}


def screens(files: Mapping[str, str]) -> dict[str, str]:
    """Screen -> its text, for files that are appended to those of a pair: by their names in the pair's folders."""
    with TemporaryDirectory() as folder:
        paths = _pair(Path(folder), files)
        shown: dict[str, str] = {}

        async def script(pilot: Driven, app: Wizard) -> None:
            await _importing(pilot, app, paths, shown)
            await app.go("review")
            await at_step(pilot, "review")
            app.session.replace_answers(_completed(app.session.answers))
            await until(pilot, lambda: app.session.is_judged and app.session.outcome.files)
            await _walking(pilot, app, shown)
            await _writing(pilot, app, shown)

        drive(Path(folder), script, size=LARGE, importer=import_answers)
        return shown


def _completed(answers: Answers) -> Answers:
    """With what is missing, and without the servers that the appended lines name again."""
    for place, answer in _COMPLETE.items():
        answers = answers.put(place, answers[place] or answer)
    names = [answers[Place("control_plane", number, "name")] for number in range(answers.count("control_plane"))]
    for number in reversed(range(len(names))):
        if names[number] in names[:number]:
            answers = answers.without("control_plane", number)
    return answers


def _all(pilot: Driven) -> str:
    """What the terminal shows, and the texts that a dialog has scrolled out of sight."""
    return "\n".join([text(pilot), *(str(widget.content) for widget in pilot.app.screen.query(Static))])


def _pair(folder: Path, files: Mapping[str, str]) -> list[str]:
    for node in ("lb1", "lb2"):
        (folder / node).mkdir()
        for name in ("haproxy.cfg", "keepalived.conf"):
            more = files.get(f"{node}/{name}", "")
            (folder / node / name).write_text((PAIR / node / name).read_text() + more)
    return [str(folder / "lb1"), str(folder / "lb2")]


async def _importing(pilot: Driven, app: Wizard, paths: list[str], shown: dict[str, str]) -> None:
    await ask_what_to_import(pilot)
    app.screen.query_one(Input).value = " ".join(paths)
    await press(pilot, "enter")
    await opens(pilot, NotesDialog)
    await sees(pilot, "What was read")
    shown["what was imported"] = _all(pilot)
    await press(pilot, "enter")
    await sees(pilot, "Does the cluster's DNS name lead to the VIP already?")
    await press(pilot, "enter")
    await at_step(pilot, "dns")


async def _walking(pilot: Driven, app: Wizard, shown: dict[str, str]) -> None:
    for key in (*(step.key for step in steps()), ADVANCED, "review", "cutover"):
        await app.go(key)
        await at_step(pilot, key)
        await pilot.pause()
        shown[f"step {key}"] = _all(pilot)
    for key, dialog in (("f2", FindingsDialog), ("f3", PreviewDialog)):
        await app.go("review")
        await press(pilot, key)
        await opens(pilot, dialog)
        await pilot.pause()
        shown[dialog.__name__] = _all(pilot)
        await press(pilot, "escape")


async def _writing(pilot: Driven, app: Wizard, shown: dict[str, str]) -> None:
    for way in (Way.TAKE_OVER, Way.REPLACE):
        await app.go("write")
        await at_step(pilot, "write")
        await until(pilot, lambda: screen_of(pilot).changes.states or screen_of(pilot).changes.problems)
        screen_of(pilot).query_one(MergeChoice).choice = way
        await pilot.pause()
        shown[f"write, {way.name}"] = _all(pilot)
        await press(pilot, "f4")
        await opens(pilot, PageDialog)
        await pilot.pause()
        shown[f"diff, {way.name}"] = _all(pilot)
        await press(pilot, "escape", "escape")
        await at_step(pilot, "review")
