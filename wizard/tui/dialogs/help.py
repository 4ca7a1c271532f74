"""Ctrl+G or F1: what a field is about."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from wizard.questions import steps
from wizard.tui.dialogs.base import Dialog

KEYS = """\
Enter         next field; where nothing is left to answer: next step
Tab, ↑, ↓     other fields         ←, →, space  other choice
Esc           back                 Ctrl+Z, Ctrl+_   undo
Ctrl+G, F1    this help            Ctrl+L, F2   missing, wrong, found
Ctrl+R, F3    the files            Ctrl+T, F4   what writing changes
Ctrl+O, F10   write                Ctrl+Y, F5   ask the network again
Ctrl+N        next step anyway     F6           what happens if…
Ctrl+Space, F12                    write what is proposed
F7            halb.toml in $EDITOR F8           remove this machine
F9            advanced settings    Ctrl+P       everything else
Ctrl+Q        leave (draft is saved)"""


class HelpDialog(Dialog[None]):
    """The explanation of a field, or else of its step, and the keys. `intro`: what is said about the step just now."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+g,f1,enter", "dismiss(None)", "back", id="help.back")]

    def __init__(self, field: steps.Field | None, step: steps.Step | None, intro: str = "") -> None:
        super().__init__()
        self._intro = intro
        self._field = field
        self._step = step

    def compose(self) -> ComposeResult:
        """A title, the text, the keys."""
        field, step = self._field, self._step
        with Vertical(classes="dialog"):
            yield Static(field.label if field else step.title if step else "Keys", markup=False, classes="title")
            with VerticalScroll():
                if field is not None:
                    yield Static(f"{field.explain}\n\nFor example: {field.example}\n", markup=False)
                elif step is not None:
                    yield Static(f"{self._intro or step.intro}\n", markup=False)
                yield Static(KEYS, markup=False, classes="muted")
            yield Static("Esc: back", markup=False, classes="keys")
