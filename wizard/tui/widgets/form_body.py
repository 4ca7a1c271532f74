"""The part of a form that scrolls."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.message import Message


class FormBody(VerticalScroll):
    """The fields; what stands below them takes room from them when it has more to say."""

    class Resized(Message):
        """There is more or less room now."""

    def on_resize(self) -> None:
        """Say so."""
        self.post_message(self.Resized())
