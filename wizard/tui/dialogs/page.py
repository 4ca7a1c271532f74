"""A page to read: a rule's explanation, a diff. Esc closes it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from wizard.tui.textual_private import KeysFooter


class PageDialog(ModalScreen[None]):
    """A page with a title; `body` is a text, or a widget that the keys scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "back", id="page.back", key_display="Esc")]
    DEFAULT_CSS: ClassVar[str] = """
    PageDialog > Vertical { background: $surface; }
    PageDialog #page-title { padding: 0 1; text-style: bold; background: $panel; width: 100%; height: auto; }
    PageDialog VerticalScroll > Static { padding: 0 1; }
    """

    def __init__(self, title: str, body: Widget | str) -> None:
        super().__init__()
        self._heading = title
        self._body = VerticalScroll(Static(body, markup=False)) if isinstance(body, str) else body

    def compose(self) -> ComposeResult:
        """The title, the page, the keys."""
        with Vertical():
            yield Static(self._heading, markup=False, id="page-title")
            yield self._body
            yield KeysFooter()

    def on_mount(self) -> None:
        """The page has the focus."""
        self._body.focus()

    def action_close(self) -> None:
        """Go back to the screen below."""
        self.dismiss()
