"""What the wizard says of what it has written: never that it was what was not, nor that it was not what was."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.widgets._footer import FooterKey

from tests.wizard.tui.support.ends import article, at_step, play, wizard
from tests.wizard.tui.support.pilot import Driven, opens, press, sees, until, words
from tests.wizard.tui.support.pilot import at_step as reaches
from tests.wizard.tui.support.writing import screen_of, written
from wizard.questions.answers import Place
from wizard.questions.writing import so_far
from wizard.tui.dialogs.help import HelpDialog
from wizard.tui.widgets.steps_bar import StepsBar

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("elsewhere")]

BALANCE = Place("haproxy", 0, "balance")


def bar(pilot: Driven) -> dict[str, str]:
    """The sign of each step that the bar shows, by its name."""
    shown = pilot.app.screen.query_one(StepsBar).render().plain.split()
    return dict(zip(shown[1::2], shown[::2], strict=True))


def test_looking_at_the_pages_that_write_and_watch_is_not_having_written_or_switched(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path / "out", article()) as pilot:
            await sees(pilot, "Nothing has been written so far.")
            await press(pilot, "ctrl+n")
            await reaches(pilot, "cutover")
            await sees(pilot, "○ write")
            assert bar(pilot)["cutover"] == "●"
            await press(pilot, "escape", "escape")
            await reaches(pilot, "review")
            await sees(pilot, "● review ○ write")
            assert wizard(pilot).session.done.isdisjoint({"write", "cutover"})
        assert not (tmp_path / "out").exists()

    play(scene())


def test_what_was_written_is_written_on_every_page_until_an_answer_changes(tmp_path: Path) -> None:
    target = tmp_path / "out"

    async def scene() -> None:
        async with at_step("write", target, article()) as pilot:
            await sees(pilot, "would be written")
            await press(pilot, "enter")
            await written(pilot)
            await press(pilot, "f1")
            await opens(pilot, HelpDialog)
            await sees(pilot, "The files have been written to")
            assert "Nothing has been written" not in words(pilot)
            await press(pilot, "escape", "enter")
            await reaches(pilot, "cutover")
            await sees(pilot, "✓ write")
            await press(pilot, "escape")
            await reaches(pilot, "write")
            await sees(pilot, "The files have been written to")
            await sees(pilot, "nothing would change")
            assert "Nothing has been written" not in words(pilot)
            app = wizard(pilot)
            app.session.set_answer(BALANCE, "roundrobin")
            await sees(pilot, "the answers have changed since then.")
            await press(pilot, "escape")
            await reaches(pilot, "review")
            await sees(pilot, "○ write")
            await press(pilot, "ctrl+z")
            await sees(pilot, "✓ write")

    play(scene())


def test_what_to_do_next_is_in_sight_wherever_the_list_was_scrolled_to(tmp_path: Path) -> None:
    async def scene() -> None:
        answers = article()
        for number in (2, 3, 4):  # so many files that the list is longer than the screen
            answers = answers.put(Place("lb", number, "name"), f"haproxy-lb{number + 1}")
            answers = answers.put(Place("lb", number, "address"), f"192.168.2.{141 + number}")
            answers = answers.put(Place("lb", number, "interface"), "ens160")
        async with at_step("write", tmp_path, answers) as pilot:
            await sees(pilot, "would be written")
            scroll = screen_of(pilot).query_one(VerticalScroll)
            await press(pilot, "shift+tab", "end")
            await until(pilot, lambda: scroll.scroll_offset.y == scroll.max_scroll_y > 5)
            await press(pilot, "f10")
            await written(pilot)
            await sees(pilot, "What to do next: 1. ")

    play(scene())


def test_halb_toml_alone_is_not_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, "would be written")
            await press(pilot, "f8")
            await until(pilot, (tmp_path / "halb.toml").exists)
            await sees(pilot, "halb.toml has been written, and nothing else so far.")
            assert "write" not in wizard(pilot).session.done

    play(scene())


def test_the_footer_is_whole_at_80_columns_and_offers_nothing_that_is_over(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, "F4 diff ^o write F8 halb.toml Esc back ^g help F3 preview ▏^p palette")
            await press(pilot, "enter")
            await written(pilot)
            await sees(pilot, "F4 diff Esc back ^g help F3 preview ▏^p palette")
            screen = screen_of(pilot)
            there = screen.written
            await press(pilot, "ctrl+o", "f10", "f8", "ctrl+y")
            await sees(pilot, "What to do next")
            assert pilot.app.screen is screen
            assert screen.written is there

    play(scene())


@pytest.mark.parametrize("key", ["dns", "load-balancers", "vrrp", "review", "write", "cutover"])
def test_no_key_of_a_footer_is_cut_at_80_columns(tmp_path: Path, key: str) -> None:
    async def scene() -> None:
        async with at_step(key, tmp_path, article()) as pilot:
            await until(pilot, lambda: len(pilot.app.screen.query(FooterKey)) > 3)
            await sees(pilot, "palette")
            keys = {key.description: key.region for key in pilot.app.screen.query(FooterKey)}
            palette = keys.pop("palette")
            for words_of, region in keys.items():
                assert region.right <= palette.x + 1, words_of

    play(scene())


def test_another_cluster_begins_with_nothing_written(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await press(pilot, "enter")
            await written(pilot)
            session = wizard(pilot).session
            await until(pilot, lambda: "write" in session.done)
            session.begin(article().put(BALANCE, "first"))
            assert "write" not in session.done
            assert session.written is None

    play(scene())


def test_files_of_an_earlier_run_are_not_called_nothing() -> None:
    now = article()
    assert so_far(now, None, Path("new"), now, plan=False) == "Nothing has been written in this run."
    assert so_far(now, now, Path("new"), now, plan=True) == "The files have been written to new."
