"""Searching, copying, and files beside one another."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from tests.wizard.tui.support.pilot import (
    ARTICLE,
    LARGE,
    SMALL,
    Driven,
    at_step,
    closes,
    drive,
    opens,
    press,
    sees,
    text,
    until,
    words,
)
from wizard.questions.answers import Answers, Place
from wizard.questions.overview import place_in_files, twin_of
from wizard.questions.session import judge
from wizard.questions.steps import steps
from wizard.tui.app import Wizard
from wizard.tui.copying import of_help, of_markdown
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.notes import NotesDialog
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.preview import PreviewDialog
from wizard.tui.reading.file_tabs import FileTabs
from wizard.tui.reading.preview import BAR, DIFFERS, Preview, content_of
from wizard.tui.reading.search import SearchedText

pytestmark = pytest.mark.slow

SECRET = {**ARTICLE, Place("vrrp", 0, "auth_pass"): "hunter2"}


async def seek(pilot: Driven, wanted: str) -> None:
    await press(pilot, "/")
    await until(pilot, lambda: isinstance(pilot.app.focused, Input))
    await press(pilot, wanted)


async def show(pilot: Driven, app: Wizard, step: str) -> None:
    app.go(step)
    await at_step(pilot, step)
    await until(pilot, lambda: app.session.outcome.files)
    await press(pilot, "f3")
    await opens(pilot, PreviewDialog)


@pytest.mark.parametrize(
    ("step", "file", "word"),
    [
        ("vrrp", "keepalived.conf", "virtual_router_id"),
        ("vip", "keepalived.conf", "192.168.2.140/24"),
        ("haproxy", "haproxy.cfg", "timeout client 1h"),
        ("control-plane", "haproxy.cfg", "server k8s-master2"),
        ("dns", "haproxy.cfg", ":6443"),
    ],
)
def test_each_step_has_its_file_and_line(step: str, file: str, word: str) -> None:
    outcome = judge(Answers(ARTICLE))
    found = place_in_files(next(one for one in steps() if one.key == step), outcome)
    assert found is not None
    path, line = found
    assert path.endswith(file)
    assert any(word in row for row in outcome.files[path].splitlines()[line : line + 6])


def test_the_preview_begins_with_the_file_of_the_step(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "vrrp")
        await sees(pilot, "virtual_router_id")
        assert "vrrp_instance" in text(pilot)

    drive(tmp_path, script, answers=ARTICLE)


def test_both_nodes_files_are_side_by_side_and_their_differences_marked(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "vrrp")
        await sees(pilot, "haproxy-lb1/etc/keepalived/keepalived.conf")
        await sees(pilot, "haproxy-lb2/etc/keepalived/keepalived.conf")
        await sees(pilot, "priority 110")
        await sees(pilot, "priority 100")
        rows = [line for line in text(pilot).splitlines() if "priority 110" in line]
        assert rows[0].count(DIFFERS) == 2
        assert "priority 100" in rows[0]

    drive(tmp_path, script, size=LARGE, answers=ARTICLE)


def test_a_file_has_its_twin_on_the_next_node() -> None:
    paths = ["a/etc/x.cfg", "b/etc/x.cfg", "c/etc/x.cfg", "RUNBOOK.md", "a/only.sh"]
    assert [twin_of(path, paths) for path in paths] == ["b/etc/x.cfg", "c/etc/x.cfg", "a/etc/x.cfg", None, None]


def test_long_comments_are_wrapped_and_nothing_is_lost() -> None:
    long = "    # " + " ".join(f"word{number}" for number in range(40))
    shown = content_of("lb1/haproxy.cfg", f"global\n{long}\n    maxconn 1\n", "", 60).plain
    assert all(len(line) <= 60 for line in shown.splitlines())
    assert [word for word in shown.split() if word.startswith("word")] == long.split()[1:]
    assert all(line.startswith("     # ") for line in shown.splitlines()[1:-1])


DOCUMENT = """\
# A title

One sentence that somebody has wrapped at some width, and that goes on and on in the line
below it until it ends.
A short line of the same paragraph.

- an item that is longer than the screen is wide, and has its second line indented as lists
  have it
- another one
1. a numbered one, with words and words and words and words and words and words and words
| a | table |

```
a command that is left as it is
its second line
```

    indented code
    of two lines

The end.
"""


def test_a_document_is_wrapped_once_whatever_its_own_lines_are() -> None:
    shown = content_of("RUNBOOK.md", DOCUMENT, "", 60).plain.splitlines()
    assert all(len(line) <= 60 for line in shown)
    assert " ".join(shown).split() == DOCUMENT.split()
    start = shown.index(" One sentence that somebody has wrapped at some width, and")
    assert shown[start + 1 : start + 4] == [
        " that goes on and on in the line below it until it ends. A",
        " short line of the same paragraph.",
        " ",
    ]
    item = shown.index(" - an item that is longer than the screen is wide, and has")
    assert shown[item + 1] == "   its second line indented as lists have it"
    assert [line for line in shown if line.startswith("    and words")]  # below the words of the numbered item
    for line in ("- another one", "| a | table |", "a command that is left as it is", "its second line"):
        assert f" {line}" in shown
    assert shown[-5:] == [" ", "     indented code", "     of two lines", " ", " The end."]
    wide = content_of("RUNBOOK.md", DOCUMENT, "", 200).plain.splitlines()
    assert [line[1:] for line in wide] == DOCUMENT.splitlines()


def test_a_paragraph_in_which_a_line_has_changed_is_marked() -> None:
    before = DOCUMENT.replace("until it ends", "for ever")
    marked = [line for line in content_of("RUNBOOK.md", DOCUMENT, before, 60).plain.splitlines() if line[0] == BAR]
    assert [line[1:13] for line in marked] == ["One sentence", "that goes on", "short line o"]


@pytest.mark.parametrize("keys", [("pagedown", "pageup"), ("end", "home"), ("down", "up")])
def test_the_preview_scrolls_at_once_and_the_tabs_keep_their_keys(tmp_path: Path, keys: tuple[str, str]) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "dns")
        body = app.screen.query_one("#first", SearchedText).body()
        preview = app.screen.query_one(Preview)
        preview._path = "RUNBOOK.md"
        preview.show()
        await press(pilot, "left", "right")
        await sees(pilot, "What to do, in this order")
        await until(pilot, lambda: body.scroll_offset.y == 0 and body.max_scroll_y > 20)
        await press(pilot, keys[0])
        least = {"pagedown": 15, "end": body.max_scroll_y, "down": 1}[keys[0]]
        await until(pilot, lambda: body.scroll_offset.y >= least)
        await press(pilot, keys[1])
        await until(pilot, lambda: body.scroll_offset.y == 0)
        assert isinstance(app.focused, FileTabs)

    drive(tmp_path, script, answers=ARTICLE)


def test_what_is_to_be_known_scrolls_by_pages_and_its_lines_are_told_apart(tmp_path: Path) -> None:
    notes = [f"  lb1/haproxy.cfg:{line}: " + "words " * 15 + f"end{line}" for line in range(30)]

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        app.push_screen(NotesDialog("To be known", ["left over:", *notes]))
        await opens(pilot, NotesDialog)
        await sees(pilot, "end3")
        text_of = app.screen.query_one(SearchedText)
        scroll = text_of.body()
        lines = text_of.plain.splitlines()
        assert all(line.startswith("    ") for line in lines if not line.startswith(("left over:", "  lb1/")))
        assert all(note.split()[-1] in text_of.plain for note in notes)
        height = scroll.size.height
        assert height >= 10
        await press(pilot, "pagedown")
        await until(pilot, lambda: scroll.scroll_offset.y >= height - 1)
        await sees(pilot, "To be known")
        await sees(pilot, "Continue")
        await press(pilot, "enter")
        await closes(pilot, NotesDialog)

    drive(tmp_path, script)


def test_slash_searches_and_n_goes_on_and_around(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "haproxy")
        body = app.screen.query_one("#first", SearchedText)
        await seek(pilot, "TIMEOUT")
        await press(pilot, "enter")
        count = body.places("timeout")
        assert count > 2
        # The preview is scrolled to what the step is about, so the first place is not the text's first.
        first = body.first_place("timeout") + 1
        await sees(pilot, f"{first} of {count}")
        for _ in range(count - first + 1):
            await press(pilot, "n")
        await sees(pilot, f"1 of {count}")
        await press(pilot, "N", "N")
        await sees(pilot, f"{count - 1} of {count}")
        await press(pilot, "escape")
        await until(pilot, lambda: f"of {count}" not in text(pilot))
        assert isinstance(app.screen, PreviewDialog)
        await seek(pilot, "nonsense")
        await sees(pilot, "nowhere")

    answers = {**ARTICLE, Place("haproxy", 0, "balance"): "roundrobin"}
    drive(tmp_path, script, answers=answers)


def test_slash_searches_among_the_findings_and_in_a_diff(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        await press(pilot, "f2")
        await opens(pilot, FindingsDialog)
        await seek(pilot, "virtual ip")
        await press(pilot, "enter")
        options = app.screen.query_one(OptionList)
        await until(pilot, lambda: options.highlighted is not None and app.focused is options)
        assert "Virtual IP" in str(options.get_option_at_index(options.highlighted or 0).prompt)
        await press(pilot, "escape", "escape")
        app.session.replace_answers(Answers(ARTICLE))
        await until(pilot, lambda: app.session.outcome.files)
        app.go("review")
        await at_step(pilot, "review")
        await sees(pilot, "Continue")
        await press(pilot, "f4")
        await opens(pilot, PageDialog)
        await seek(pilot, "maxconn")
        await sees(pilot, "1 of ")

    drive(tmp_path, script, answers={})


@pytest.mark.parametrize("page", ["review", "diff"])
def test_the_keys_below_tell_what_escape_does_in_a_search_and_after_it(tmp_path: Path, page: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await until(pilot, lambda: app.session.outcome.files)
        app.go("review")
        await at_step(pilot, "review")
        await sees(pilot, "Continue")
        if page == "diff":
            await press(pilot, "f4")
            await opens(pilot, PageDialog)
        for more in ([], ["enter"]):
            await sees(pilot, "Esc back")
            assert "end the search" not in words(pilot)
            await press(pilot, "/", "haproxy", *more)
            await sees(pilot, "Esc end the search")
            assert "Esc back" not in words(pilot)
            await press(pilot, "escape")
        await sees(pilot, "Esc back")
        await press(pilot, "escape")
        await at_step(pilot, "review" if page == "diff" else "haproxy")

    drive(tmp_path, script, answers=ARTICLE)


def test_c_copies_a_file_without_its_password_and_a_command_of_the_runbook(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "vrrp")
        await press(pilot, "c")
        await until(pilot, lambda: "virtual_router_id" in app.clipboard)
        assert "hunter2" not in app.clipboard
        await press(pilot, "home")
        paths = list(app.session.outcome.files)
        for _ in range(paths.index("RUNBOOK.md") - paths.index("haproxy-lb1/etc/keepalived/keepalived.conf")):
            await press(pilot, "right")
        await press(pilot, "c")
        commands = of_markdown(app.session.outcome.files["RUNBOOK.md"].split("\n"))
        await until(pilot, lambda: app.clipboard == next(iter(commands.values())))

    drive(tmp_path, script, size=SMALL, answers=SECRET)


def test_commands_of_a_document_and_of_a_help() -> None:
    lines = ["# a", "text", "    one \\", "      --two", "", "    # comment", "```", "three", "```", "- four"]
    assert of_markdown(lines) == {2: "one \\\n--two", 7: "three"}
    assert of_help("write 'weight 0', or nothing") == "weight 0"
    assert of_help("ask whoever knows the machine's owner") == "ask whoever knows the machine's owner"
