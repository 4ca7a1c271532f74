"""The dialog that asks for the files to import, and reads them."""

from __future__ import annotations

import shlex
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Button, Input, Static

from rules.report import printable
from wizard.tui.dialogs.base import Dialog
from wizard.tui.host import host_of
from wizard.tui.session import Import


class ImportDialog(Dialog[Import]):
    """Asks for paths; returns what their files hold."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", id="import.back")]

    class Read(Message, bubble=False):
        """The files have been read, or could not be."""

        def __init__(self, found: Import | str) -> None:
            super().__init__()
            self.found = found

    def compose(self) -> ComposeResult:
        """The question, the paths, what is wrong."""
        with Vertical(classes="dialog"):
            yield Static("Import", markup=False, classes="title")
            yield Static(
                "Folders or files, one folder per load balancer, separated by spaces. Nothing is changed there.",
                markup=False,
            )
            yield Input(placeholder="for example: lb1/ lb2/", compact=True)
            yield Static(markup=False, id="wrong")
            yield Button("Read", compact=True)
            yield Static("Esc: back", markup=False, classes="keys")

    def on_button_pressed(self) -> None:
        """The same as Enter."""
        self.on_input_submitted()

    def on_input_submitted(self) -> None:
        """Read the files, in a thread."""
        text = self.query_one(Input).value
        try:
            paths = shlex.split(text)
        except ValueError:
            paths = text.split()
        if not paths:
            self._say("✗ name a folder or a file")
            return
        self._say("… reading")
        work = partial(self._read, paths)
        self.run_worker(work, thread=True, exclusive=True, group="import", exit_on_error=False)

    def _read(self, paths: list[str]) -> None:
        importer = host_of(self).session.importer
        assert importer is not None  # without one, the start screen does not offer this dialog
        found: Import | str
        try:
            found = importer(paths)
        except Exception as error:  # a bug in an importer must not cost the session
            known = isinstance(error, (ValueError, OSError))
            found = str(error) if known else f"the files could not be imported ({type(error).__name__}: {error})"
        self.post_message(self.Read(found))

    def on_import_dialog_read(self, message: Read) -> None:
        """Return what was found, or say what is wrong."""
        if isinstance(message.found, str):
            self._say(f"✗ {printable(message.found)}")
        else:
            self.dismiss(message.found)

    def _say(self, text: str) -> None:
        self.query_one("#wrong", Static).update(text)
