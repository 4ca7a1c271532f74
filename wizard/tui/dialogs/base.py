"""What the dialogs have in common."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.actions import SkipAction
from textual.screen import ModalScreen

from wizard.tui.host import host_of

Answer = TypeVar("Answer")


class Above(ModalScreen[Answer]):
    """A screen above the others, with those of the app's keys that nobody may miss there."""

    def action_copy_text(self) -> None:
        """Ctrl+C: copy what is selected; where nothing is, it means to leave, and no key of the app's gets through."""
        try:
            super().action_copy_text()
        except SkipAction:
            host_of(self).action_help_quit()


class Dialog(Above[Answer | None]):
    """A screen above the others. A click outside its box (`.dialog`) or on its line of keys (`.keys`) closes it."""

    def on_click(self, event: events.Click) -> None:
        """Find out where the click was: `event.widget` does not tell, as the click has bubbled up to here."""
        at = event.screen_offset
        boxes = [box.region for box in self.query(".dialog")]
        outside = bool(boxes) and not any(region.contains_point(at) for region in boxes)
        if outside or any(keys.region.contains_point(at) for keys in self.query(".keys")):
            self.dismiss(None)
