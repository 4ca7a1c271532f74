"""The write screen beside a haproxy.cfg of others: a way is chosen, seen, and only then written."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from tests.wizard.tui.support.ends import article, at_step, play, wizard
from tests.wizard.tui.support.pilot import SMALL, Driven, sees, text, until
from tests.wizard.tui.support.writing import CONF, files_below, screen_of, written
from wizard.questions.answers import Place
from wizard.questions.writing import Way
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.question import QuestionDialog
from wizard.tui.widgets.merge_choice import MergeChoice

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("elsewhere")]

OTHERS = (
    "global\n\tlog /dev/log local0\n\tmaxconn 50000\n\nfrontend web\n\tbind :80\n\tmode http\n\ttimeout client 5s\n"
)
CLASH = "frontend api\n\tbind :6443\n\tmode tcp\n\ttimeout client 5s\n"
TO_CHOOSE = f"{CONF} has sections halb did not write; choose above (F4 previews)"


def put(folder: Path, content: str = OTHERS) -> Path:
    path = folder / CONF
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


async def opened(pilot: Driven) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, PageDialog))
    await until(pilot, lambda: "what writing would change" in text(pilot))


async def closed(pilot: Driven) -> None:
    await pilot.press("escape")
    await until(pilot, lambda: pilot.app.screen is screen_of(pilot))


def ways(pilot: Driven) -> MergeChoice:
    return screen_of(pilot).query_one(MergeChoice)


def diffs(pilot: Driven) -> str:
    return screen_of(pilot).changes.diffs[CONF]


def test_by_keys_nothing_is_written_until_a_way_is_chosen_and_its_diff_is_seen(tmp_path: Path) -> None:
    path = put(tmp_path)

    async def scene() -> None:
        async with at_step("write", tmp_path, article(), size=SMALL) as pilot:
            await sees(pilot, TO_CHOOSE)
            assert "! not halb's haproxy-lb1" in text(pilot)
            last_line = "(●) Leave all as it is  ( ) Merge (only halb's sections change)  ( ) Replace"
            assert last_line in text(pilot)
            await pilot.press("f4")
            await opened(pilot)
            await sees(pilot, "'Leave all as it is' is selected: nothing is written")
            await closed(pilot)
            await pilot.press("enter")  # the button has the focus
            await until(pilot, lambda: pilot.app.focused is ways(pilot))
            assert files_below(tmp_path) == {CONF}
            await pilot.press("right")
            await sees(pilot, "files would be written, 1 of them merged")
            assert "~ merged     haproxy-lb1" in text(pilot)
            await pilot.press("f4")
            await opened(pilot)
            assert "+frontend kube-apiserver from k8s-tcp\n" in diffs(pilot)
            assert "\n-" not in diffs(pilot).partition("\n+++")[2]
            await closed(pilot)
            assert files_below(tmp_path) == {CONF}
            await pilot.press("f10")
            await written(pilot)
            assert "~ merged     haproxy-lb1" in str(screen_of(pilot).query_one("#list", Static).content)
            assert not ways(pilot).display
        assert path.read_text().startswith(OTHERS)
        assert "frontend kube-apiserver" in path.read_text()

    play(scene())


def test_the_mouse_alone_merges(tmp_path: Path) -> None:
    path = put(tmp_path)

    async def scene() -> None:
        async with at_step("write", tmp_path, article(), size=SMALL) as pilot:
            await sees(pilot, TO_CHOOSE)
            line = next(line for line in text(pilot).splitlines() if "( ) Merge" in line)
            start = ways(pilot).region.x
            assert len(line) <= SMALL[0]
            for words, way in (("Replace", Way.REPLACE), ("Leave", Way.LEAVE), ("Merge", Way.MERGE)):
                await pilot.click(MergeChoice, offset=(line.index(words) - start, 0))
                assert ways(pilot).choice is way
            await sees(pilot, "1 of them merged")
            await pilot.click("#write")
            await written(pilot)
        assert path.read_text().startswith(OTHERS)

    play(scene())


def test_replace_shows_what_is_lost_and_asks_once_more(tmp_path: Path) -> None:
    path = put(tmp_path)

    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, TO_CHOOSE)
            ways(pilot).focus()
            await pilot.press("left")
            await sees(pilot, "~ changed")
            await pilot.press("f4")
            await opened(pilot)
            assert "-frontend web\n" in diffs(pilot)
            await closed(pilot)
            await pilot.press("f10")
            await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
            await sees(pilot, "haproxy.cfg: already exists")
            await pilot.press("enter")
            await sees(pilot, "nothing was written; the files are unchanged")
            assert files_below(tmp_path) == {CONF}
            await pilot.press("f10")
            await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
            await pilot.press("tab", "enter")
            await written(pilot)
        (backup,) = path.parent.glob("haproxy.cfg.halb-*.bak")
        assert backup.read_text() == OTHERS
        assert "frontend web" not in path.read_text()

    play(scene())


def test_what_stands_in_the_way_of_a_merge_is_said_and_so_are_notes(tmp_path: Path) -> None:
    path = put(tmp_path, "global\n\tstats socket ipv4@:6443\n")

    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, TO_CHOOSE)
            ways(pilot).focus()
            await pilot.press("right")
            await sees(pilot, f"✗ {CONF}:2: 'ipv4@:6443' of global (line 2) and '*:6443' of halb's frontend")
            await sees(pilot, "✗ nothing can be written in this way; choose another one above")
            await pilot.press("f10")
            await sees(pilot, "✗ nothing was written")
            assert files_below(tmp_path) == {CONF}
            path.write_text("global\n\tdaemon\n")
            await pilot.press("left", "right")
            await sees(pilot, "! haproxy-lb1/etc/haproxy/haproxy.cfg:1: global has no 'log' line")
            await sees(pilot, "1 of them merged")
            await pilot.press("f10")
            await written(pilot)

    play(scene())


def test_a_section_that_is_in_the_way_is_taken_over_and_what_that_costs_is_said(tmp_path: Path) -> None:
    path = put(tmp_path, OTHERS + CLASH)

    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, TO_CHOOSE)
            ways(pilot).focus()
            await pilot.press("right")
            await sees(pilot, "! frontend api (haproxy-lb1) goes, and does not serve the endpoint")
            await pilot.press("f10")
            await written(pilot)
        assert path.read_text().startswith(OTHERS)
        assert "frontend api\n" not in path.read_text()

    play(scene())


def test_what_changes_after_it_was_looked_at_is_shown_before_it_is_written(tmp_path: Path) -> None:
    path = put(tmp_path)

    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, TO_CHOOSE)
            ways(pilot).focus()
            await pilot.press("right")
            await sees(pilot, "1 of them merged")
            looked = screen_of(pilot).changes
            path.write_text(newer := OTHERS.replace(":80", ":8080"))
            await pilot.press("f10")
            await until(pilot, lambda: screen_of(pilot).changes is not looked)
            assert screen_of(pilot).written is None
            assert path.read_text() == newer
            await pilot.press("f10")
            await written(pilot)
        assert path.read_text().startswith(newer)

    play(scene())


def test_what_was_merged_once_is_merged_again_without_a_question(tmp_path: Path) -> None:
    path = put(tmp_path)

    async def first() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, TO_CHOOSE)
            ways(pilot).choice = Way.MERGE
            await sees(pilot, "1 of them merged")
            await pilot.press("f10")
            await written(pilot)

    async def second() -> None:
        answers = article().put(Place("haproxy", 0, "timeout-client"), "3h")
        answers = answers.put(Place("haproxy", 0, "timeout-server"), "3h")
        async with at_step("write", tmp_path, answers) as pilot:
            await sees(pilot, "1 of them merged")
            assert not ways(pilot).display
            await pilot.press("f10")
            await written(pilot)
            assert wizard(pilot).session.answers == answers
        assert path.read_text().startswith(OTHERS)
        assert "timeout client 3h" in path.read_text()

    play(first())
    play(second())


def test_another_folder_asks_anew(tmp_path: Path) -> None:
    put(tmp_path / "a")
    put(tmp_path / "b")

    async def scene() -> None:
        async with at_step("write", tmp_path / "a", article()) as pilot:
            await sees(pilot, TO_CHOOSE)
            ways(pilot).choice = Way.MERGE
            await sees(pilot, "1 of them merged")
            screen_of(pilot).query_one("#folder").focus()
            await pilot.press("end", "backspace", "b")
            await until(pilot, lambda: screen_of(pilot).directory == tmp_path / "b")
            assert ways(pilot).choice is Way.LEAVE
            await sees(pilot, TO_CHOOSE)

    play(scene())
