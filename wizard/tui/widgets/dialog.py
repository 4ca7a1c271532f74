"""What stands above a screen until it is answered or given up."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.screen import ModalScreen

Given = TypeVar("Given")


class Dialog(ModalScreen[Given | None]):
    """A screen above the others. A click beside its box (`.dialog`) or on its line of keys (`.keys`) gives it up."""

    def on_click(self, event: events.Click) -> None:
        """See where the click was: `event.widget` doesn't tell, as the click has come up to here."""
        at = event.screen_offset
        boxes = [box.region for box in self.query(".dialog")]
        beside = bool(boxes) and not any(region.contains_point(at) for region in boxes)
        if beside or any(keys.region.contains_point(at) for keys in self.query(".keys")):
            self.dismiss(None)
