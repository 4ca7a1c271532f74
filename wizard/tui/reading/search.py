"""Texts and lists in which `/` searches, and n and N go to the next and the previous place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

_ABOVE = 3  # lines that stay visible above a place
_FOUND, _HERE = "underline bold $text-warning", "reverse bold"


class SearchLine(Horizontal):
    """Where the words to search for are typed, and how many places have them."""

    DEFAULT_CSS: ClassVar[str] = """
    SearchLine { height: 1; display: none; background: $panel; }
    SearchLine.-open { display: block; }
    SearchLine > .slash { width: 2; }
    SearchLine > Input { width: 1fr; }
    SearchLine > .count { width: auto; color: $text-muted; padding: 0 1; }
    """

    def compose(self) -> ComposeResult:
        """The sign, the field, the count."""
        yield Static("/", classes="slash", markup=False)
        yield Input(compact=True)
        yield Static(classes="count", markup=False)

    @property
    def words(self) -> str:
        """What is searched for; "" while nothing is."""
        return self.query_one(Input).value if self.has_class("-open") else ""

    def open(self) -> None:
        """Take the focus for typing."""
        self.add_class("-open")
        self.query_one(Input).focus()

    def close(self) -> None:
        """Search for nothing."""
        self.remove_class("-open")
        self.query_one(Input).value = ""

    def say(self, text: str) -> None:
        """Say how many places there are."""
        self.query_one(".count", Static).update(text)


class Searching(Vertical):
    """A body with a line for searching below it. `places` and `show_place` are the body's own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "seek", "search", show=False, id="search.begin"),
        Binding("n", "again(1)", "next place", show=False, id="search.next"),
        Binding("N", "again(-1)", "previous place", show=False, id="search.previous"),
        Binding("escape", "stop_seeking", "end the search", id="search.end", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    Searching { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._line = SearchLine()
        self._place = 0

    def body(self) -> Widget:
        """What is searched, which has the focus."""
        raise NotImplementedError

    def places(self, words: str) -> int:
        """How many places have these words, whatever their case."""
        raise NotImplementedError

    def show_place(self, words: str, place: int) -> None:
        """Mark the places with these words, none for ""; go to one of them, counted from 0."""
        raise NotImplementedError

    def first_place(self, _words: str) -> int:
        """The place to go to first."""
        return 0

    def compose(self) -> ComposeResult:
        """The body, and the line below."""
        yield self.body()
        yield self._line

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Nothing but an open search can be ended, or continued."""
        return self._line.has_class("-open") if action in ("again", "stop_seeking") else True

    def action_seek(self) -> None:
        """Begin to search."""
        self._line.open()
        self.refresh_bindings()

    def action_stop_seeking(self) -> None:
        """End the search, with the body as it is now."""
        self._line.close()
        self.refresh_bindings()
        self.show_place("", 0)
        self.body().focus()

    def action_again(self, by: int) -> None:
        """Go to the next (1) or previous (-1) place, and around."""
        words = self._line.words
        if words and (count := self.places(words)):
            self._place = (self._place + by) % count
            self._show(words, count)

    def seek_again(self) -> None:
        """Show the places in a body that has changed."""
        if words := self._line.words:
            count = self.places(words)
            self._place = min(self._place, max(count - 1, 0))
            self._show(words, count, move=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Go to the first place while typing."""
        event.stop()
        if self._line.has_class("-open"):
            words = event.value
            self._place = self.first_place(words) if words else 0
            self._show(words, self.places(words) if words else 0)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the body, where n and N continue."""
        event.stop()
        if self._line.words:
            self.body().focus()
        else:
            self.action_stop_seeking()

    def _show(self, words: str, count: int, *, move: bool = True) -> None:
        self.show_place(words if count else "", self._place if move else -1)
        if not words:
            self._line.say("")
        else:
            self._line.say(f"{self._place + 1} of {count}   n N" if count else "nowhere")


class SearchedText(Searching):
    """A text that scrolls. `lines` gives it for a width, in columns; long lines scroll sideways."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "seek", "search", id="search.begin"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    SearchedText > VerticalScroll { height: 1fr; overflow-x: auto; scrollbar-size: 1 1; }
    SearchedText > VerticalScroll:focus { background: $primary 5%; }
    SearchedText > VerticalScroll:ansi:focus { background: ansi_default; }
    SearchedText > VerticalScroll > Static { width: auto; min-width: 100%; height: auto; }
    """

    def __init__(
        self,
        lines: Callable[[int], Content] = lambda _width: Content(""),
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        super().__init__(id=id)
        self._lines = lines
        self._text = Static(markup=False)
        self._scroll = VerticalScroll(self._text, can_focus=True)
        self._content = Content("")
        self._wanted: str | None = None

    def body(self) -> Widget:
        """What scrolls."""
        return self._scroll

    @property
    def plain(self) -> str:
        """The text as it is shown, without colours."""
        return self._content.plain

    @property
    def top(self) -> int:
        """The index of the first line that can be seen."""
        return int(self._scroll.scroll_offset.y)

    def show(self, lines: Callable[[int], Content], *, line: str | None = None) -> None:
        """Show another text, from the line with these words on, "" the first; None leaves it where it is."""
        self._lines = lines
        self._fill()
        self._wanted = line if line is not None else self._wanted
        self.call_after_refresh(self._go)

    def on_resize(self, _event: events.Resize) -> None:
        """Fit the lines to the new width."""
        self._fill()
        self.call_after_refresh(self._go)

    def _go(self) -> None:
        """Scroll to the line that is wanted, once the text is laid out."""
        if self._wanted is not None and self._scroll.size.height and self._scroll.virtual_size.height > 1:
            row = self._row(max(self._content.plain.find(self._wanted), 0))
            self._scroll.scroll_to(y=max(row - _ABOVE, 0), animate=False)
            self._wanted = None

    def _fill(self) -> None:
        if self.is_mounted:
            self._content = self._lines(max(self.size.width - 1, 20))  # without the scrollbar
            self._text.update(self._content)
            self.seek_again()

    def _found(self, words: str) -> Iterator[int]:
        return (match.start() for match in re.finditer(re.escape(words), self._content.plain, re.IGNORECASE))

    def places(self, words: str) -> int:
        """How often the text has these words."""
        return sum(1 for _ in self._found(words))

    def first_place(self, words: str) -> int:
        """The first place from the top of what can be seen."""
        starts = [self._row(at) for at in self._found(words)]
        return next((number for number, row in enumerate(starts) if row >= self.top), 0)

    def show_place(self, words: str, place: int) -> None:
        """Mark all places, this one most."""
        shown = self._content
        for number, at in enumerate(self._found(words) if words else ()):
            shown = shown.stylize(_HERE if number == place else _FOUND, at, at + len(words))
            if number == place:
                self._scroll.scroll_to(y=max(self._row(at) - _ABOVE, 0), animate=False)
        self._text.update(shown)

    def _row(self, at: int) -> int:
        return self._content.plain.count("\n", 0, at)


class SearchedList(Searching):
    """A list of lines: the cursor goes to those that have the words."""

    def __init__(self, options: OptionList, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._options = options

    def body(self) -> Widget:
        """The list."""
        return self._options

    def _found(self, words: str) -> list[int]:
        return [
            number
            for number, option in enumerate(self._options.options)
            if not option.disabled and words.casefold() in str(option.prompt).casefold()
        ]

    def places(self, words: str) -> int:
        """How many lines have these words."""
        return len(self._found(words))

    def first_place(self, words: str) -> int:
        """The first one from the cursor on."""
        here = self._options.highlighted or 0
        return next((number for number, index in enumerate(self._found(words)) if index >= here), 0)

    def show_place(self, words: str, place: int) -> None:
        """Go to the line."""
        if words and place >= 0:
            self._options.highlighted = self._found(words)[place]


def continued(row: Content, width: int, head: str = "", style: str = "") -> list[Content]:
    """A line in lines of a width, in columns; those after the first begin with `head`."""
    first, *rest = row.wrap(max(width, 20)) or [row]
    if not rest:
        return [first]
    more = Content(" ").join(rest).wrap(max(width - len(head), 20))
    return [first, *(Content.styled(head, style) + part for part in more)]


def wrapped(text: str, width: int, hang: str = "") -> Content:
    """A text in lines of a width, in columns; longer ones continue below their own beginning, and `hang`."""
    lines: list[Content] = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines += continued(Content(line), width, indent + hang)
    return Content("\n").join(lines)
