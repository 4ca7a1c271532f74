"""A page to read: a rule's explanation, a diff. Esc closes it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from wizard.tui.dialogs.base import Above
from wizard.tui.reading.search import SearchedText, Searching, wrapped
from wizard.tui.textual_private import KeysFooter


class PageDialog(Above[None]):
    """A page with a title; `body` is a text, which is wrapped, or a widget that the keys scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "back", id="page.back", key_display="Esc")]
    DEFAULT_CSS: ClassVar[str] = """
    PageDialog > Vertical { background: $surface; }
    PageDialog #page-title { padding: 0 1; text-style: bold; background: $panel; width: 100%; height: auto; }
    PageDialog SearchedText > VerticalScroll > Static { padding: 0 1; }
    """

    def __init__(self, title: str, body: Widget | str) -> None:
        super().__init__()
        self._heading = title
        self._body = SearchedText(lambda width: wrapped(body, width - 2)) if isinstance(body, str) else body

    def compose(self) -> ComposeResult:
        """The title, the page, the keys."""
        with Vertical():
            yield Static(self._heading, markup=False, id="page-title")
            yield self._body
            yield KeysFooter()

    def on_mount(self) -> None:
        """The page has the focus."""
        body = self._body
        (body.body() if isinstance(body, Searching) else body).focus()

    def action_close(self) -> None:
        """Go back to the screen below."""
        self.dismiss()
