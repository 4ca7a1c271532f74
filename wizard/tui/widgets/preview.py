"""The files as they would be written: a tab for each, in colours, with a bar beside what the last answer changed."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content, Span
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from rules.report import masked_lines, printable
from wizard.tui.highlight import WordKind, highlight
from wizard.tui.host import host_of
from wizard.tui.session import Session
from wizard.tui.widgets.findings import missing_lines

BAR = "▎"
_STYLES = {
    WordKind.SECTION: "bold $text-primary",
    WordKind.KEYWORD: "$text-secondary",
    WordKind.COMMENT: "$text-muted italic",
    WordKind.STRING: "$text-success",
    WordKind.NUMBER: "$text-warning",
    WordKind.UNKNOWN: "bold underline $text-error",
}


def coloured(path: str, text: str) -> Content:
    """A file's text in colours, by what the parsers make of its words; a word that is refused is underlined too."""
    spans = [Span(start, end, _STYLES[kind]) for start, end, kind in highlight(path, text) if kind in _STYLES]
    # Not by Content(text): that would take control characters out and move what stands behind them.
    return Content(text, spans, strip_control_codes=False)


def changed_lines(before: str, text: str) -> set[int]:
    """The indexes of the lines that have changed; none for a new file."""
    if not before:
        return set()
    matcher = SequenceMatcher(None, before.splitlines(), text.splitlines(), autojunk=False)
    return {line for tag, _, _, start, end in matcher.get_opcodes() if tag != "equal" for line in range(start, end)}


@lru_cache(maxsize=32)
def content_of(path: str, text: str, before: str) -> Content:
    """A file's text for the screen: secrets masked, marks and colours."""
    marked = changed_lines(before, text)
    count = len(text.splitlines())
    lines = [printable(line) for line in masked_lines(path, text)[:count]]
    bars = [Content.styled(BAR, "$text-accent") if number in marked else Content(" ") for number in range(count)]
    rows = coloured(path, "\n".join(lines)).split("\n", allow_blank=True)
    return Content("\n").join(bar + row for bar, row in zip(bars, rows, strict=False))


class FileTabs(Widget, can_focus=True):
    """The files' names in a line, one of them chosen: left and right go through them, a click chooses.

    One widget for all of them: many widgets would make every change of the screen slow.
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
        """The names, from the first one that leaves room for the whole of the chosen one."""
        return Content("").join(
            Content.styled(f" {self.names[number]} ", "reverse bold" if number == self.active else "$text-muted")
            for number, _, _ in self._places()
        )

    def _places(self) -> list[tuple[int, int, int]]:
        """Index, first column and end column (exclusive) of each name, from the first one shown."""
        first = self.active
        while first > 0 and sum(len(name) + 2 for name in self.names[first - 1 : self.active + 1]) <= self.size.width:
            first -= 1
        found, column = [], 0
        for number in range(first, len(self.names)):
            found.append((number, column, column + len(self.names[number]) + 2))
            column = found[-1][2]
        return found

    def action_turn(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) file, and around."""
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
    def _session(self) -> Session:
        return host_of(self).session

    def compose(self) -> ComposeResult:
        """The tabs above, the text below."""
        yield self._tabs
        with VerticalScroll(can_focus=True):
            yield self._text

    def on_mount(self) -> None:
        """Show the files."""
        self.show()

    def take_focus(self) -> None:
        """Focus the tabs."""
        self._tabs.focus()

    def show(self) -> None:
        """Show the last judgement's files; the chosen one stays chosen."""
        paths = list(self._session.outcome.files)
        self._tabs.names = tuple(_short(path) for path in paths)
        self._tabs.active = paths.index(self._path) if self._path in paths else 0
        self._fill()

    def on_file_tabs_chosen(self) -> None:
        """Show the file of the tab."""
        self._fill()

    def _fill(self) -> None:
        outcome = self._session.outcome
        self.set_class(not outcome.files, "-empty")
        if not outcome.files:
            self._text.update(Content("The files appear here once these are answered:\n\n") + missing_lines(outcome))
            return
        self._path = list(outcome.files)[self._tabs.active]
        before = self._session.files_before.get(self._path, "")
        self._text.update(content_of(self._path, outcome.files[self._path], before))


def _short(path: str) -> str:
    """A file's node and name: `haproxy-lb1/haproxy.cfg`."""
    parts = path.split("/")
    return printable(path if len(parts) <= 2 else f"{parts[0]}/{parts[-1]}")
