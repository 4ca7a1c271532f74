"""The files as they would be written: a tab for each, colours, and a bar beside what the last answer changed."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from rules.report.style import printable
from wizard.widgets.dialog import Dialog
from wizard.widgets.findings import because

if TYPE_CHECKING:
    from wizard.app import Judged, Wizard

BAR = "▎"
_CONFIGURATIONS = (".cfg", ".conf")
_TOKEN = re.compile(r"""(?P<text>"[^"]*"|'[^']*')|(?P<number>(?<![\w.-])[0-9][\w.:/%]*)|(?P<brace>[{}])""")
_FIRST_WORD = re.compile(r"\s*([^\s{}#]+)")


def highlight(path: str, line: str) -> Content:
    """One line in colours: comments, and in haproxy.cfg and keepalived.conf keywords, numbers and quoted texts."""
    shown = Content(line)
    if line.lstrip().startswith("#"):
        return shown.stylize("$text-muted italic")
    if not path.endswith(_CONFIGURATIONS):
        return shown
    code = re.split(r"\s#", line)[0]
    if match := _FIRST_WORD.match(code):
        top = match.start(1) == 0
        shown = shown.stylize("bold $text-primary" if top else "$text-secondary", match.start(1), match.end(1))
    begin = match.end() if match else 0
    for token in _TOKEN.finditer(code, begin):
        colour = {"text": "$text-success", "number": "$text-warning", "brace": "bold"}[token.lastgroup or "brace"]
        shown = shown.stylize(colour, token.start(), token.end())
    return shown.stylize("$text-muted italic", len(code)) if len(code) < len(line) else shown


def changed_lines(before: str, text: str) -> set[int]:
    """The numbers, from 0, of the lines that are not as they were; none for a file that is new."""
    if not before:
        return set()
    matcher = SequenceMatcher(None, before.splitlines(), text.splitlines(), autojunk=False)
    return {line for tag, _, _, start, end in matcher.get_opcodes() if tag != "equal" for line in range(start, end)}


@lru_cache(maxsize=32)
def content_of(path: str, text: str, before: str) -> Content:
    """A file's text for the screen: secrets masked, marks and colours."""
    from wizard.store.secrets import masked_lines

    marked = changed_lines(before, text)
    count = len(text.splitlines())
    lines = [
        Content.assemble((BAR, "$text-accent") if number in marked else " ", highlight(path, printable(line)))
        for number, line in enumerate(masked_lines(path, text)[:count])
    ]
    return Content("\n").join(lines)


class FileTabs(Widget, can_focus=True):
    """The files' names in a line, one of them chosen: left and right go through them, a click chooses.

    One widget for all, as many widgets make every change of the screen slow.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "previous", show=False, id="files.previous"),
        Binding("right", "turn(1)", "next", show=False, id="files.next"),
    ]
    names: reactive[tuple[str, ...]] = reactive(())
    active: reactive[int] = reactive(0)

    class Chosen(Message):
        """Another file is chosen."""

    def render(self) -> Content:
        """The names from the first one that lets the chosen one be seen whole."""
        return Content("").join(
            Content.styled(f" {self.names[number]} ", "reverse bold" if number == self.active else "$text-muted")
            for number, _, _ in self._places()
        )

    def _places(self) -> list[tuple[int, int, int]]:
        """Number, first column, and the one behind the last, of each name from the first one shown."""
        first = self.active
        while first > 0 and sum(len(name) + 2 for name in self.names[first - 1 : self.active + 1]) <= self.size.width:
            first -= 1
        found, column = [], 0
        for number in range(first, len(self.names)):
            found.append((number, column, column + len(self.names[number]) + 2))
            column = found[-1][2]
        return found

    def action_turn(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) file, round and round."""
        if self.names:
            self.active = (self.active + by) % len(self.names)
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Choose the file under the pointer."""
        for number, start, end in self._places():
            if start <= event.x < end:
                self.active = number
                self.post_message(self.Chosen())


class Preview(Vertical):
    """The tabs and the file that is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._path = ""
        self._tabs = FileTabs()
        self._text = Static(markup=False)

    @property
    def _wizard(self) -> Wizard:
        return cast("Wizard", self.app)

    def compose(self) -> ComposeResult:
        """The tabs above, the text below."""
        yield self._tabs
        with VerticalScroll(can_focus=True):
            yield self._text

    def on_mount(self) -> None:
        """Show what there is."""
        self.show()

    def take_focus(self) -> None:
        """Have the keys go to the tabs."""
        self._tabs.focus()

    def show(self) -> None:
        """Show the last judgement's files; the one that was chosen stays chosen."""
        paths = list(self._wizard.outcome.files)
        self._tabs.names = tuple(_short(path) for path in paths)
        self._tabs.active = paths.index(self._path) if self._path in paths else 0
        self._fill()

    def on_file_tabs_chosen(self) -> None:
        """Show the file of the tab."""
        self._fill()

    def _fill(self) -> None:
        outcome = self._wizard.outcome
        self.set_class(not outcome.files, "-empty")
        if not outcome.files:
            self._text.update(Content("The files appear here when these are answered:\n\n") + because(outcome))
            return
        self._path = list(outcome.files)[self._tabs.active]
        before = self._wizard.files_before.get(self._path, "")
        self._text.update(content_of(self._path, outcome.files[self._path], before))


def _short(path: str) -> str:
    """A file's node and name: `haproxy-lb1/haproxy.cfg`."""
    parts = path.split("/")
    return printable(path if len(parts) <= 2 else f"{parts[0]}/{parts[-1]}")


class PreviewScreen(Dialog[None]):
    """The preview over the whole screen, where there is no room beside the form."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f3", "dismiss(None)", "back", id="preview.back")]

    def compose(self) -> ComposeResult:
        """The preview and the keys."""
        yield Preview()
        yield Static("← → other file   Tab ↑ ↓ scroll   ▎ changed by the last answer   Esc back", classes="keys")

    def on_mount(self) -> None:
        """The tabs have the keys."""
        self.query_one(Preview).take_focus()

    def on_judged(self, _message: Judged) -> None:
        """Follow a judgement."""
        self.query_one(Preview).show()
