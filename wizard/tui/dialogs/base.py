"""What the dialogs have in common."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A screen above the others. A click outside its box (`.dialog`) or on its line of keys (`.keys`) closes it."""

    def on_click(self, event: events.Click) -> None:
        """Find out where the click was: `event.widget` does not tell, as the click has bubbled up to here."""
        at = event.screen_offset
        boxes = [box.region for box in self.query(".dialog")]
        outside = bool(boxes) and not any(region.contains_point(at) for region in boxes)
        if outside or any(keys.region.contains_point(at) for keys in self.query(".keys")):
            self.dismiss(None)
