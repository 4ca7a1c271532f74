"""The wizard on the terminal: which screen is shown, and what the keys do that work on every screen.

The screens compose; what is right, missing or found is said by `wizard.questions.session.judge` (see `judging`).
What the start screen does not need of the linter is imported when it is first shown, so that the first paint is early.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from rules.report import printable
from rules.text import clipped
from wizard.questions.answers import Place
from wizard.questions.machine_changes import to_do
from wizard.questions.session import step_of
from wizard.questions.steps import ADVANCED, steps
from wizard.tui.dialogs.help import HelpDialog
from wizard.tui.dialogs.notes import NotesDialog
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.quit import QuitDialog
from wizard.tui.editing import Editing
from wizard.tui.judging import Judging, Saving
from wizard.tui.navigation import OpenedFrom, Trail, neighbour, screen_of
from wizard.tui.palette import commands
from wizard.tui.screens.base import TooSmall, WizardScreen
from wizard.tui.screens.start import StartScreen
from wizard.tui.session import Importer, Session
from wizard.tui.terminal import LIGHT, fitting_theme, line_filters, watch_terminal
from wizard.tui.type_ahead import OrderedApp
from wizard.tui.widgets.field import field_around

if TYPE_CHECKING:
    from rules.live import NameServer
    from wizard.files import DraftStore, Failure
    from wizard.tui.screens.write import WriteScreen

EXIT_OK = 0


class Wizard(OrderedApp[int]):
    """The app. `session` has the answers; `step` is the key of the step that is shown, "" on the start screen;
    `signalled` is the exit status after a signal has ended it, else 0.

    `directory` is the target folder. `resolvers` and `offline` are for the live checks.
    """

    TITLE = "halb"
    CSS = files("wizard.tui").joinpath("app.tcss").read_text(encoding="utf-8")  # also from a zip file, without a path
    # Textual declares these two in a form that a ClassVar can't override.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high"), (32, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "previous_step", "back", id="wizard.back", key_display="Esc"),
        # Each function key has a second key: for every one of them there is a terminal that keeps it to itself.
        Binding("ctrl+g", "explain", "help", id="wizard.help"),
        Binding("f1", "explain", "help", id="wizard.help", show=False),
        Binding("f2", "findings", "findings", id="wizard.findings", key_display="F2"),
        Binding("ctrl+l", "findings", "findings", id="wizard.findings", show=False),
        Binding("f3", "preview", "preview", id="wizard.preview", key_display="F3"),
        Binding("ctrl+r", "preview", "preview", id="wizard.preview", show=False),
        Binding("f4,ctrl+t", "diff", "diff", id="wizard.diff", show=False),
        Binding("f6", "what_if", "what if", id="wizard.what-if", show=False),
        Binding("f7", "edit", "editor", id="wizard.edit", show=False),
        Binding("f9", "advanced", "advanced", id="wizard.advanced", show=False),
        Binding("ctrl+o,f10", "write", "write", id="wizard.write", show=False),
        Binding("ctrl+n", "next_step", "next step", id="wizard.next", show=False),
        Binding("ctrl+z,ctrl+underscore", "undo", "undo", id="wizard.undo", show=False),
        Binding("ctrl+q", "quit", "quit", id="wizard.quit", show=False, priority=True),
    ]

    def __init__(
        self,
        directory: Path,
        *,
        store: DraftStore | None = None,
        importer: Importer | None = None,
        offline: bool = False,
        resolvers: Sequence[NameServer | str] | None = None,
    ) -> None:
        super().__init__()
        self.session = Session(directory, store=store, importer=importer, offline=offline, resolvers=resolvers)
        self.step = ""
        self.signalled = 0
        self._trail = Trail()
        self._end_soon: Callable[[int], None] = lambda status: None
        self._judging = Judging(self, self.session)
        self._editing = Editing(self, self)
        self._saving = Saving(self, self.session)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What the terminal can't show, or is not to show, goes out of every line."""
        return line_filters(super().get_line_filters(), term=os.environ.get("TERM", ""), no_color=self.no_color)

    def on_terminal_taken(self) -> None:
        """From now on, whatever ends the app has to restore the terminal."""
        self._end_soon = watch_terminal(self.ended, self.terminal_gone)

    def on_mount(self) -> None:
        """Begin with the start screen."""
        self.register_theme(LIGHT)
        if theme := None if self.is_headless else fitting_theme(self.console.color_system):
            self.theme = theme
        self.show(StartScreen())

    # Where the user is

    def go(self, key: str, place: Place | None = None) -> AwaitComplete:
        """Show a step; `place` is the field that gets the focus. Only the app's own handlers may await it."""
        self._leave()
        return self.show_step(key, place)

    def show_step(self, key: str, place: Place | None = None) -> AwaitComplete:
        """Show a step with the session's answers, whatever is typed in the fields that are shown now."""
        # Who came from the start to watch goes back there: the steps in between were never asked for.
        page = self._page
        field = field_around(page.focused) if page is not None else None
        self._trail.follow(OpenedFrom(self.step, field.place if field else None), key)
        return self._show_step(key, place)

    @property
    def _page(self) -> WizardScreen | None:
        """The page that is shown, also below a dialog; None before there is one."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, WizardScreen)), None)

    def _show_step(self, key: str, place: Place | None) -> AwaitComplete:
        self.save_draft()
        self.step = key
        self.session.visited.add(key)
        return self.show(screen_of(key, place))

    def show(self, screen: Screen[Any]) -> AwaitComplete:
        """Show a screen in place of the current one and of every dialog above it."""
        while isinstance(self.screen, ModalScreen):
            self.pop_screen()
        shown = self.switch_screen(screen) if len(self.screen_stack) > 1 else self._push(screen)
        screen.call_later(screen.mount, TooSmall())
        return shown

    def _push(self, screen: Screen[Any]) -> AwaitComplete:
        mounted = self.push_screen(screen)

        async def wait() -> None:
            await mounted

        return AwaitComplete(wait()).call_next(self)

    def show_page(self, title: str, body: Widget | str) -> None:
        """Show something to read above the screen."""
        self.push_screen(PageDialog(title, body))

    async def action_next_step(self) -> None:
        """Go to the next step, whatever is missing in this one."""
        if key := neighbour(self.step, 1):
            await self.go(key)

    async def action_previous_step(self) -> None:
        """Go back one step, or to where a page beside the way was opened; from the first one to the start screen."""
        if isinstance(self.screen, StartScreen):
            self.push_screen(QuitDialog(), self._quit_if)
            return
        self._leave()
        step, place = self._trail.back() or (neighbour(self.step, -1), None)
        if step:
            await self._show_step(step, place)
        else:
            self.save_draft()
            self.step = ""
            await self.show(StartScreen())

    async def action_undo(self) -> None:
        """Take back the latest change of the answers, and show the field that it was about."""
        self._take_answers()
        place = self.session.undo()
        step = None if place is None else step_of(place)
        if step is None:
            self.notify("there is nothing to undo")
            return
        await self.show_step(step.key, place)
        self.notify("undone", timeout=2)

    async def action_edit(self) -> None:
        """Open the answers as halb.toml in the user's editor."""
        self._leave()
        self.save_draft()
        await self._editing.begin()

    def action_help_quit(self) -> None:
        """Ctrl+C ends many programs, so it says which key ends this one."""
        leaving = isinstance(self.screen, QuitDialog)  # what becomes of the draft stands there
        self.notify("Ctrl+Q leaves halb" if leaving else "Ctrl+Q leaves halb; the draft is saved", title="Leave?")

    def action_write(self) -> None:
        """Go to the write screen, or say what is in the way."""
        self._take_answers()
        self.when_judged(self._go_to_write)

    async def _go_to_write(self) -> None:
        from wizard.questions.review import blocked

        if self.step == "write":  # its own keys write, and after that there is nothing more to write
            return
        if words := blocked(self.session.outcome, self.session.overrides):
            self.action_findings(f"✗ nothing can be written yet: {words}")
        else:
            await self.go("write")

    def when_judged(self, then: Callable[[], object]) -> None:
        """Do this as soon as the outcome is about the answers as they are now, before anything that is typed later."""

        async def wait() -> None:
            await self._judging.up_to_date()
            if isinstance(doing := then(), Awaitable):
                await doing

        self.before_the_rest(wait)

    async def action_advanced(self) -> None:
        """Go to the keys of halb.toml that no other step asks for."""
        await self.go(ADVANCED)

    # What stands above a screen

    def action_findings(self, reason: str = "") -> None:
        """Show what is missing, wrong or found; selecting a line leads to its field."""
        from wizard.tui.dialogs.findings import FindingsDialog

        self.push_screen(FindingsDialog(self.session.outcome, self.session.overrides, reason), self._go_to_field)

    def _go_to_field(self, place: Place | None) -> None:
        if place is not None and (step := step_of(place)) is not None:
            self.go(step.key, place)

    def action_preview(self) -> None:
        """Show the files, first the one that the answers of this step stand in."""
        from wizard.tui.dialogs.preview import PreviewDialog

        self.push_screen(PreviewDialog(self.step))

    def action_diff(self) -> None:
        """Show what writing would change, once that is known; what is typed meanwhile is for that page."""
        self._take_answers()
        self.when_judged(self._show_difference)

    async def _show_difference(self) -> None:
        page = self._page
        body = await page.difference() if page is not None else None
        if page is not None and body is not None and self.screen is page:
            await self.push_screen(PageDialog(f"what writing would change in {page.folder}", body))

    def copy(self, text: str, what: str = "") -> None:
        """Put a text into the terminal's clipboard (OSC 52), and say what it was, in words or by itself."""
        self.copy_to_clipboard(text)
        self.notify(printable(clipped(what or text)), title="Copied", markup=False)

    def action_what_if(self) -> None:
        """Show what happens if something fails."""
        from wizard.tui.dialogs.what_if import WhatIfDialog

        self.push_screen(WhatIfDialog())

    def action_explain(self) -> None:
        """Explain the field that has the focus, or the step."""
        field = field_around(self.focused)
        step = next((step for step in steps() if step.key == self.step), None)
        page = self._page
        intro = page.intro(step) if step is not None and page is not None else ""
        self.push_screen(HelpDialog(field.question if field else None, step, intro))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every step and every key's action, beside Textual's own commands."""
        yield from commands(self, self)
        yield from super().get_system_commands(screen)

    # The draft, and leaving

    def _take_answers(self) -> None:
        """Have the form that is shown, if one is, hand over its answers."""
        for screen in self.screen_stack:
            if isinstance(screen, WizardScreen) and screen.is_mounted:
                screen.take_answers()

    def _leave(self) -> None:
        """Have the form that is shown hand over its answers for good."""
        for screen in self.screen_stack:
            if isinstance(screen, WizardScreen) and screen.is_mounted:
                screen.leave()

    def save_draft(self) -> Failure | None:
        """Save the answers, if they have changed; says and returns what went wrong."""
        failure = self.session.save_draft()
        if failure is not None:
            self.notify(failure.text, severity="error", markup=False)
        return failure

    def on_write_screen_done(self, message: WriteScreen.Done) -> None:
        """The files are written: the draft has done its work, and the folder is the one that was chosen there."""
        before = self.session.files_written(message.directory)
        if before is None:
            return
        if words := to_do(before, self.session.answers):
            self.push_screen(NotesDialog("What to do on the machines, in this order", words))

    async def action_quit(self) -> None:
        """Leave; the draft is saved. Asks only when it can't be."""
        self._leave()
        failure = self.save_draft()
        if failure is None or isinstance(self.screen, QuitDialog):
            self.exit(EXIT_OK)
        else:
            self.push_screen(QuitDialog(failure.text), self._quit_if)

    def _quit_if(self, sure: bool | None) -> None:
        if sure:
            self.save_draft()
            self.exit(EXIT_OK)

    def ended(self, status: int) -> None:
        """A signal ends the app: save the draft and leave, with the terminal as it was.

        Ctrl+C in an editor that has the terminal is the editor's.
        """
        if self._editing.is_open and status == 128 + signal.SIGINT:
            return
        self.signalled = status
        self._end_soon(status)
        with suppress(Exception):
            self._take_answers()
            self.save_draft()
        self.exit(status)

    def terminal_gone(self, status: int) -> None:
        """The terminal is closed: save the draft and end at once, as there is nobody to say goodbye to."""
        with suppress(Exception):
            self._take_answers()
            self.save_draft()
        os._exit(status)
