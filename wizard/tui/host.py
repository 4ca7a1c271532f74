"""What screens and widgets may ask of the app that shows them: they know this protocol, and the app knows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from textual.await_complete import AwaitComplete
from textual.widget import Widget

from wizard.questions.answers import Place
from wizard.tui.session import Session


class Host(Protocol):
    """The app, as its screens see it."""

    session: Session
    step: str
    """The key of the step that is shown, "" on the start screen."""

    def go(self, key: str, place: Place | None = None) -> AwaitComplete:
        """Show a step; `place` is the field that gets the focus. Only the app's own handlers may await it."""
        ...

    def show_step(self, key: str, place: Place | None = None) -> AwaitComplete:
        """Show a step with the session's answers, whatever is typed in the fields that are shown now."""
        ...

    def show_page(self, title: str, body: Widget | str) -> None:
        """Show something to read above the screen."""
        ...

    def copy(self, text: str, what: str = "") -> None:
        """Put a text into the terminal's clipboard, and say what it was, in words or by itself."""
        ...

    def when_judged(self, then: Callable[[], object]) -> None:
        """Do this as soon as the outcome is about the answers as they are now, before anything that is typed later."""
        ...

    async def action_next_step(self) -> None:
        """Go to the next step."""
        ...

    def action_diff(self) -> None:
        """Show what writing would change."""
        ...

    def action_findings(self, reason: str = "") -> None:
        """Show what is missing, wrong or found, and why it is shown if the user did not ask for it."""
        ...

    def action_help_quit(self) -> None:
        """Say which key leaves."""
        ...


def host_of(widget: Widget) -> Host:
    """The app of a widget that is mounted."""
    return cast("Host", widget.app)
