"""The command palette (Ctrl+P): every step, and the action of every key."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.app import App, SystemCommand

from wizard.questions.steps import steps
from wizard.tui.host import Host

_ACTIONS = (
    ("Findings (F2, Ctrl+L)", "what is missing, wrong or found", "findings"),
    ("Preview (F3, Ctrl+R)", "the files as they would be written", "preview"),
    ("Differences (F4, Ctrl+T)", "what writing would change", "diff"),
    ("What if (F6)", "who has the VIP when something fails", "what_if"),
    ("Advanced (F9)", "every other key of halb.toml", "advanced"),
    ("Edit halb.toml (F7)", "in your editor ($EDITOR)", "edit"),
    ("Write (Ctrl+O, F10)", "a last look before anything is written", "write"),
    ("Write what is proposed (F12, Ctrl+Space)", "in the first field that has a proposal", "screen.take_proposal"),
    ("Help (Ctrl+G, F1)", "about this field", "explain"),
    ("Undo (Ctrl+Z)", "take back the latest change of an answer", "undo"),
    ("Next step (Ctrl+N)", "even if something is missing in this one", "next_step"),
)
"""Title, help, and the action."""


def commands(app: App[Any], host: Host) -> Iterator[SystemCommand]:
    """The wizard's own commands."""
    for step in steps():
        yield SystemCommand(f"Go to {step.name}", step.title, partial(host.go, step.key))
    for title, text, action in _ACTIONS:
        yield SystemCommand(title, text, partial(app.run_action, action))
