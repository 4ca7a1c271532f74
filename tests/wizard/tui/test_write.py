"""The write screen: nothing before the button, everything after it, nobody's work lost."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Button, Input

from tests.wizard.tui.support.ends import ENDPOINT, article, at_step, play, wizard
from tests.wizard.tui.support.pilot import LARGE, SMALL, press, sees, text, until, words
from tests.wizard.tui.support.writing import CONF, files_below, screen_of, written
from wizard.files import write_tree
from wizard.questions.answers import Answers, Place
from wizard.questions.review import tree
from wizard.questions.session import judge
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.question import QuestionDialog

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("elsewhere")]

EARLIER = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEEPALIVED = "haproxy-lb1/etc/keepalived/keepalived.conf"


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_nothing_is_written_before_the_button_and_then_all_files_with_their_modes(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    target = tmp_path / "out"
    expected = tree(judge(article()), target)

    async def scene() -> None:
        async with at_step("write", target, article(), size=size) as pilot:
            await sees(pilot, f"{len(expected)} files would be written")
            assert not target.exists()
            await pilot.press("enter")
            await written(pilot)
            assert files_below(target) == set(expected)
            for path, (wanted, mode) in expected.items():
                assert (target / path).read_text() == wanted
                assert stat.S_IMODE((target / path).stat().st_mode) == mode
            await sees(pilot, "What to do next")
            await sees(pilot, "as root: sh install.sh")
            await pilot.press("enter")
            await until(pilot, lambda: wizard(pilot).step == "cutover")

    play(scene())


def test_c_copies_the_folder_and_then_the_commands_that_install_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "a place"

    async def scene() -> None:
        async with at_step("write", folder, article()) as pilot:
            await sees(pilot, "would be written")
            await pilot.press("c")
            await until(pilot, lambda: pilot.app.clipboard == str(folder))
            await pilot.press("f10")
            await written(pilot)
            await sees(pilot, "c copies the next command")
            for command in (
                f"cd '{folder}'",
                "scp -r haproxy-lb2 192.168.2.142:",
                "ssh -t 192.168.2.142 sudo sh haproxy-lb2/install.sh",
                "scp -r haproxy-lb1 192.168.2.141:",
                "ssh -t 192.168.2.141 sudo sh haproxy-lb1/install.sh",
                f"cd '{folder}'",
            ):
                await pilot.press("c")
                await until(pilot, lambda: pilot.app.clipboard == command)  # noqa: B023 - awaited right here

    play(scene())


def test_the_mouse_alone_writes(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, "would be written")
            await pilot.click("#write")
            await written(pilot)
        assert (tmp_path / CONF).is_file()

    play(scene())


def test_what_is_there_already_is_unchanged(tmp_path: Path) -> None:
    write_tree(tmp_path, tree(judge(article()), tmp_path), force=False, when=EARLIER)

    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, "nothing would change")
            assert "= unchanged" in text(pilot)
            await pilot.press("enter")
            await written(pilot)
            assert not [path for path in files_below(tmp_path) if path.endswith(".bak")]

    play(scene())


def test_own_files_are_replaced_without_a_question_and_the_old_ones_kept(tmp_path: Path) -> None:
    changed = article().put(Place("haproxy", 0, "balance"), "roundrobin")

    write_tree(tmp_path, tree(judge(article()), tmp_path), force=False, when=EARLIER)
    old = (tmp_path / CONF).read_text()

    async def scene() -> None:
        async with at_step("write", tmp_path, changed, size=LARGE) as pilot:
            await sees(pilot, "~ changed")
            await pilot.press("enter")
            await written(pilot)
            await sees(pilot, "backup: haproxy-lb1/etc/haproxy/haproxy.cfg.halb-")
        (backup,) = (tmp_path / CONF).parent.glob("haproxy.cfg.halb-*.bak")
        assert backup.read_text() == old
        assert "roundrobin" in (tmp_path / CONF).read_text()

    play(scene())


def foreign(folder: Path) -> Path:
    """A keepalived.conf that somebody else wrote."""
    path = folder / KEEPALIVED
    path.parent.mkdir(parents=True)
    path.write_text("# by hand\n")
    return path


@pytest.mark.parametrize("keys", [["enter"], ["escape"]])
def test_a_file_of_somebody_else_is_left_alone_unless_the_answer_is_yes(tmp_path: Path, keys: list[str]) -> None:
    path = foreign(tmp_path)

    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, "~ changed")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
            await sees(pilot, "keepalived.conf: already exists")
            await pilot.press(*keys)
            await sees(pilot, "nothing was written; the files are unchanged")
        assert files_below(tmp_path) == {KEEPALIVED}
        assert path.read_text() == "# by hand\n"

    play(scene())


def test_a_file_of_somebody_else_is_replaced_on_yes_and_kept_as_a_backup(tmp_path: Path) -> None:
    path = foreign(tmp_path)

    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
            await pilot.press("tab", "enter")
            await written(pilot)
        (backup,) = path.parent.glob("keepalived.conf.halb-*.bak")
        assert backup.read_text() == "# by hand\n"
        assert path.read_text() != "# by hand\n"

    play(scene())


def test_another_folder_can_be_typed(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path / "first", article()) as pilot:
            await sees(pilot, "would be written")
            screen = screen_of(pilot)
            screen.query_one(Input).focus()
            await pilot.press("home", "shift+end", "delete")
            await until(pilot, lambda: screen.query_one(Input).value == "")
            await press(pilot, str(tmp_path / "b"))
            await until(pilot, lambda: screen.directory == tmp_path / "b")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.focused, Button))
            await pilot.press("enter")
            await written(pilot)
            assert screen.directory == tmp_path / "b"
        assert [path.name for path in tmp_path.iterdir()] == ["b"]

    play(scene())


@pytest.mark.parametrize("folder", ["a file", "a file/below", "nul\0"])
def test_a_folder_that_can_not_be_written_is_said_in_words_and_nothing_is_lost(tmp_path: Path, folder: str) -> None:
    (tmp_path / "a file").write_text("mine")

    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            screen = screen_of(pilot)
            screen.query_one(Input).value = str(tmp_path / folder)
            await pilot.press("enter")
            await sees(pilot, "✗ nothing was written")
            assert screen.written is None
            assert wizard(pilot).session.answers == article()
        assert (tmp_path / "a file").read_text() == "mine"
        assert [path.name for path in tmp_path.iterdir()] == ["a file"]

    play(scene())


def test_an_emptied_folder_is_not_the_working_directory(tmp_path: Path, elsewhere: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            screen = screen_of(pilot)
            screen.query_one(Input).value = " "
            await sees(pilot, "name a folder for the files")
            await pilot.press("f10")
            await until(pilot, lambda: isinstance(pilot.app.focused, Input))
            assert screen.written is None
        assert list(elsewhere.iterdir()) == []
        assert list(tmp_path.iterdir()) == []

    play(scene())


def test_an_incomplete_plan_is_not_written(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, Answers({ENDPOINT: "kube.example.com"})) as pilot:
            await sees(pilot, "nothing can be written yet: 9 answers are missing; see the review")
            await pilot.press("f10")
            await until(pilot, lambda: wizard(pilot).step == "review")
        assert list(tmp_path.iterdir()) == []

    play(scene())


def test_f4_shows_the_diff_and_escape_goes_back(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, "would be written")
            await pilot.press("f4")
            await sees(pilot, "+++ b/halb.toml")
            assert isinstance(pilot.app.screen, PageDialog)
            await pilot.press("escape")
            await sees(pilot, "files would be written")
            await pilot.press("escape")
            await until(pilot, lambda: wizard(pilot).step == "review")

    play(scene())


def test_the_keys_and_the_button_are_on_the_screen_at_80x24(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, "would be written")
            await sees(pilot, "F4 diff")  # the footer comes a moment later
            last = text(pilot).splitlines()[-1]
            assert all(key in last for key in ("diff", "write", "back", "help", "palette"))
            assert "Write to this folder" in words(pilot)
            assert "RUNBOOK.md" in words(pilot)

    play(scene())
