"""The rehearsal's screen: what it shows of what the program says, and that nothing starts before somebody chooses."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList

from rules.report import Style
from tests.rehearsal.recorded import Pair, answered, failed, moved, played, turn
from tests.wizard.tui.support.ends import article, at_step, play, wizard
from tests.wizard.tui.support.pilot import LARGE, SMALL, Driven, closes, opens, press, sees, text, until, words
from wizard.questions.answers import Answers
from wizard.rehearsal.apart.messages import Ended, EventSeen, Finished, Message, Playing, Refused, read_message, written
from wizard.rehearsal.apart.program import event_seen
from wizard.rehearsal.events import ActKind
from wizard.rehearsal.report.text import event_text
from wizard.rehearsal.verdict import Judged
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.screens.rehearsal import RehearsalScreen

pytestmark = pytest.mark.slow
PAIR = Pair()
LOST = turn(ActKind.POWER, "lb1")
GOOD = PAIR.judge(played(LOST, moved(0.0, 3.1, 6.0), [*failed(0.0, 3.0), *answered(3.1, 10.0)]))
BAD = PAIR.judge(played(LOST, moved(0.0, 4.8, 6.0), [*failed(0.0, 4.7), *answered(4.8, 10.0)]))


def seen(judged: Judged) -> EventSeen:
    return event_seen(judged, event_text([judged], PAIR.stage, Style(width=76)))


def finished(*events: EventSeen, passed: bool) -> Finished:
    return Finished(passed, "1 event in 10 s", "the whole report", tuple(one.event for one in events))


async def shown(pilot: Driven, *messages: Message) -> RehearsalScreen:
    await press(pilot, "r")
    await opens(pilot, RehearsalScreen)
    dialog = pilot.app.screen
    assert isinstance(dialog, RehearsalScreen)
    for message in messages:
        dialog.take(message)
    await pilot.pause()
    return dialog


def test_the_review_leads_there_and_nothing_starts_before_a_choice(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            await sees(pilot, "Continue: write the files")
            dialog = await shown(pilot)
            await sees(pilot, "The main failures: haproxy killed, power lost")
            assert not dialog.is_playing
            await press(pilot, "escape")
            await closes(pilot, RehearsalScreen)
            assert wizard(pilot).step == "review"

    play(scene())


def test_without_files_there_is_nothing_to_rehearse(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, Answers()) as pilot:
            await press(pilot, "r")
            await until(pilot, lambda: not list(wizard(pilot).workers))
            assert not isinstance(pilot.app.screen, RehearsalScreen)

    play(scene())


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_progress_verdicts_and_times_stand_on_one_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article(), size=size) as pilot:
            await shown(pilot, Playing(1, 28, 64.2, "lb2 loses power"), seen(GOOD))
            await sees(pilot, "1 of 28, about 64 s left: lb2 loses power")
            rows = text(pilot).splitlines()
            assert max(map(len, rows)) <= size[0]
            line = next(row for row in rows if row.lstrip().startswith("✓ lb1 loses power"))
            assert line.split("power")[1].split() == ["3.10", "s", "2.6-3.6", "s", "30", "of", "49"]
            assert "lb1 → lb2; 3.10 s without an owner, predicted 2.6-3.6 s" in words(pilot)
            await sees(pilot, "owner ·····")
            await sees(pilot, "clients xxxxx")

    play(scene())


def test_the_cursor_is_on_what_went_wrong_and_leads_to_its_times_and_the_report(tmp_path: Path) -> None:
    async def scene() -> None:
        wrong = seen(BAD)._replace(event="lb1:power")
        first = seen(GOOD)._replace(event="lb2:power", words="lb2 loses power")
        async with at_step("review", tmp_path, article()) as pilot:
            dialog = await shown(pilot, wrong, first, finished(first, wrong, passed=False))
            await sees(pilot, "1 event in 10 s")
            assert dialog.query_one("#events", OptionList).highlighted == 1
            await sees(pilot, "not as predicted: 4.80 s without an owner")
            await press(pilot, "enter")
            await opens(pilot, PageDialog)
            await press(pilot, "escape", "r")
            await sees(pilot, "the whole report")
            await press(pilot, "escape", "escape")
            await closes(pilot, RehearsalScreen)

    play(scene())


def test_what_is_missing_is_said_with_the_command_that_installs_it(tmp_path: Path) -> None:
    async def scene() -> None:
        reasons = ("haproxy and keepalived are not installed; 'apt-get install haproxy keepalived' installs them",)
        async with at_step("review", tmp_path, article()) as pilot:
            await shown(pilot, Refused(reasons))
            await sees(pilot, "✗ this can't be rehearsed here haproxy and keepalived are not installed")
            await press(pilot, "c")
            await until(pilot, lambda: pilot.app.clipboard == "apt-get install haproxy keepalived")

    play(scene())


@pytest.mark.parametrize(
    "message",
    [
        Playing(1, 2, 3.5, "lb1 loses power"),
        seen(GOOD),
        finished(seen(GOOD), passed=True),
        Refused(("a", "b")),
        Ended(),
    ],
)
def test_a_message_arrives_as_it_was_said(message: Message) -> None:
    assert read_message(written(message)) == message


@pytest.mark.parametrize("line", ["", "{}", "[]", "null", '{"kind": "Nobody"}', '{"kind": "Playing"}', "Traceback"])
def test_what_is_no_message_is_none(line: str) -> None:
    assert read_message(line) is None
