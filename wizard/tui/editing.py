"""halb.toml in the user's editor, and back: the app is suspended meanwhile, and what was written is read."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from textual.app import App, SuspendNotSupported

from rules.command import CONFIG_NAME
from rules.report import printable
from wizard.questions.reading.plan_text import EditedText, read_edited, text_for
from wizard.questions.steps import steps
from wizard.tui.dialogs.choose import ChooseDialog
from wizard.tui.host import Host
from wizard.tui.textual_private import lent_terminal

_AGAIN, _TAKE, _DISCARD = "Edit it again", "Take it as it is: the fields show what is wrong", "Discard what was edited"


class Editing:
    """Opens the editor on the answers as halb.toml; `is_open` while it has the terminal."""

    def __init__(self, app: App[Any], host: Host) -> None:
        self._app = app
        self._host = host
        self.is_open = False

    async def begin(self) -> None:
        """Edit the answers; on the start screen, where there are none yet, the halb.toml of the folder."""
        session, on_disk = self._host.session, self._on_disk()
        if not session.visited:
            await self._edit(on_disk, on_disk)
            return
        base = session.edited or (on_disk if session.before is not None else "")
        text = text_for(session.answers, base)
        await self._edit(text, text)

    def _on_disk(self) -> str:
        try:
            return (self._host.session.directory / CONFIG_NAME).read_bytes().decode("utf-8", "backslashreplace")
        except OSError:
            return ""

    async def _edit(self, text: str, before: str, line: int = 0) -> None:
        """Edit a text; `before` is what it was before all editing."""
        from wizard.files.drafts import Failure
        from wizard.files.editor import editor_command, run_editor, text_to_edit

        app = self._app
        command = editor_command()
        if isinstance(command, Failure):
            self._say(command.text)
            return
        self.is_open = True
        try:
            with text_to_edit(text) as path, lent_terminal(app):
                found = run_editor(command, path, line)
        except SuspendNotSupported:
            found = Failure("this terminal can't be handed to an editor")
        except (OSError, ValueError) as error:
            found = Failure(f"there is no file for the editor: {error}")
        for _ in range(3):  # what was sent to the editor, Ctrl+C say, is not meant for us, and is delivered only now
            await asyncio.sleep(0)
        self.is_open = False
        if isinstance(found, Failure):
            self._say(found.text)
        elif found == before:
            app.notify("nothing was changed in the editor")
        else:
            await self._read(found, before)

    async def _read(self, text: str, before: str) -> None:
        read = read_edited(text)
        if not read.fault and read.answers is not None:
            await self._take(text, read)
            return
        lines = [_AGAIN, *([_TAKE] if read.answers is not None else []), _DISCARD]

        def chosen(number: int | None) -> None:
            """Esc edits again: it must not cost what was written."""
            choice = lines[number or 0]
            if choice == _AGAIN:
                self._app.call_later(partial(self._edit, text, before, read.line))
            elif choice == _TAKE:
                self._app.call_later(partial(self._take, text, read))

        self._app.push_screen(ChooseDialog(printable(read.fault), lines), chosen)

    async def _take(self, text: str, read: EditedText) -> None:
        host, session = self._host, self._host.session
        answers = read.answers
        if answers is None:
            return
        if session.visited:
            session.replace_answers(answers)
        else:
            session.begin(answers)
        session.edited = text
        await host.show_step(host.step or steps()[0].key)
        self._app.notify("the answers are those of the edited halb.toml", markup=False)

    def _say(self, words: str) -> None:
        self._app.notify(words, severity="error", timeout=15, markup=False)
