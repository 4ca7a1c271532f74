"""Everything that halb uses of Textual beyond its public interface (Textual 8): nobody else touches a private name.

A new release of Textual is checked against this file alone.
"""

from __future__ import annotations

from typing import TypeVar

from textual.app import App
from textual.binding import Binding
from textual.widget import Widget

Result = TypeVar("Result")


def bindings_for(widget: Widget, key: str) -> list[Binding]:
    """The widget's own bindings for a key, its keymap applied.

    Private: `Widget._bindings`. `Screen.active_bindings` is public, but has every widget's up to the app, and is built
    anew for each question.
    """
    return widget._bindings.key_to_bindings.get(key, [])


class QuietApp(App[Result]):
    """An app that leaves reporting a crash to its caller."""

    @property
    def crash(self) -> Exception | None:
        """The exception that ended the app, if one did.

        Private: `App._exception`. Publicly, only the return code says that there was one.
        """
        return self._exception

    def _fatal_error(self) -> None:
        """End the app after an exception.

        Private: overrides `App._fatal_error`, which prints a traceback with the values of all variables, passwords
        among them; `App._close_messages_no_wait` is the rest of what it does.
        """
        self._close_messages_no_wait()
