"""The wizard on the terminal: which screen is shown, the answers, and what they amount to.

The screens compose; what is right, missing or found is said by `wizard.questions.session.judge`, asked in a thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.timer import Timer

from wizard.questions.answers import Answers, Place
from wizard.questions.day_two import to_do
from wizard.questions.session import Outcome, judge, missing_of, step_of
from wizard.questions.session_draft import SessionDraft
from wizard.questions.steps import ADVANCED, Step, steps
from wizard.tui.opening import EXIT_OK, Importer, Store, open_wizard

if TYPE_CHECKING:
    from rules.live.observations import NameServer
    from wizard.files import Failure
    from wizard.tui.screens.write import WriteScreen

__all__ = ["Judged", "Wizard", "open_wizard"]

PAUSE = 0.3  # seconds without a change after which the answers are judged


class Judged(Message, bubble=False):
    """The answers have been judged anew; every screen on the stack gets it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class _Ready(Message, bubble=False):
    """A judgement has come out of its thread."""

    def __init__(self, revision: int, outcome: Outcome) -> None:
        super().__init__()
        self.revision = revision
        self.outcome = outcome


class Wizard(App[int]):
    """The app. `answers` change through `set_answer` and `replace_answers` alone; `outcome` follows them.

    `directory` is the target folder; nothing is written there before the write screen. `resolvers` and `offline` are
    for the live checks. `overrides`: the user's reasons for findings that are to stay, by code. `before`: the answers
    that the machines' files were made of so far, None where there are none.
    """

    TITLE = "halb"
    CSS_PATH = "app.tcss"
    # Textual declares these two in a form that a ClassVar can't override.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "previous_step", "back", id="wizard.back", key_display="Esc"),
        # Each function key has a second key: there is a terminal for every one of them that keeps it to itself.
        Binding("ctrl+g", "explain", "help", id="wizard.help"),
        Binding("f1", "explain", "help", id="wizard.help", show=False),
        Binding("f2", "findings", "findings", id="wizard.findings", key_display="F2"),
        Binding("ctrl+l", "findings", "findings", id="wizard.findings", show=False),
        Binding("f3", "preview", "preview", id="wizard.preview", key_display="F3"),
        Binding("ctrl+r", "preview", "preview", id="wizard.preview", show=False),
        Binding("f6", "what_if", "what if", id="wizard.what-if", show=False),
        Binding("f9,ctrl+t", "advanced", "advanced", id="wizard.advanced", show=False),
        Binding("ctrl+o,f10", "write", "write", id="wizard.write", show=False),
        Binding("ctrl+n", "next_step", "next step", id="wizard.next", show=False),
        Binding("ctrl+q", "quit", "quit", id="wizard.quit", show=False, priority=True),
    ]

    def __init__(
        self,
        directory: Path,
        *,
        store: Store | None = None,
        importer: Importer | None = None,
        offline: bool = False,
        resolvers: Sequence[NameServer | str] | None = None,
    ) -> None:
        super().__init__()
        self.directory = directory
        self.store = store
        self.importer = importer
        self.offline = offline
        self.resolvers = resolvers
        self.overrides: dict[str, str] = {}
        self.answers = Answers()
        self.draft = SessionDraft(store, directory)
        self.before: Answers | None = None
        self.outcome = Outcome(self.answers, {}, missing=missing_of(self.answers))
        self.files_before: Mapping[str, str] = {}
        self.visited: set[str] = set()
        self.step = ""
        self.farewell = ""
        self.draft_note = ""
        self._last_files: Mapping[str, str] = {}
        self._revision = 0
        self._timer: Timer | None = None

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What the terminal can't show, or is not to show, goes out of every line."""
        from wizard.tui.terminal import line_filters

        return line_filters(super().get_line_filters(), term=os.environ.get("TERM", ""), no_color=self.no_color)

    @property
    def crash(self) -> Exception | None:
        """The error that ended the app, if one did."""
        return self._exception

    def on_mount(self) -> None:
        """Begin with the start screen."""
        from wizard.tui.screens.start import StartScreen
        from wizard.tui.terminal import LIGHT, fitting_theme, watch_terminal

        if not self.is_headless:
            watch_terminal(self.hang_up)
        self.register_theme(LIGHT)
        if theme := None if self.is_headless else fitting_theme(self.console.color_system):
            self.theme = theme
        self.show(StartScreen())

    # The answers

    def set_answer(self, place: Place, text: str) -> None:
        """Put one answer; what it amounts to is known a moment later (`Judged`)."""
        if self.answers[place] != text:
            self._change(self.answers.put(place, text))

    def replace_answers(self, answers: Answers) -> None:
        """Put all answers at once: those of a draft or of imported files."""
        self.visited |= {step.key for place in answers if (step := step_of(place)) is not None}
        self._change(answers)

    def begin(self, answers: Answers, *, kept: Answers | None = None, own: str | None = None) -> None:
        """Go on with another cluster's answers; `kept` and `own` are those of `SessionDraft.begin`."""
        self.draft.begin(Answers() if kept is None else kept, own=own)
        self.before = None
        self.overrides.clear()
        self.visited.clear()
        self.replace_answers(answers)

    def _change(self, answers: Answers) -> None:
        self.answers = answers
        self._revision += 1
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._ask)

    def _ask(self) -> None:
        work = partial(self._judge, self._revision, self.answers)
        self.run_worker(work, thread=True, exclusive=True, group="judge", exit_on_error=False)

    def _judge(self, revision: int, answers: Answers) -> None:
        """In a thread: an answer that nobody waits for any more is thrown away by its revision."""
        try:
            outcome = judge(answers)
        except Exception as error:  # whatever fails there must not cost the answers on the screen
            words = f"the answers could not be judged ({type(error).__name__}: {error}); this is a fault of halb-wizard"
            outcome = Outcome(answers, {}, (words,), missing_of(answers))
        self.post_message(_Ready(revision, outcome))

    def on__ready(self, message: _Ready) -> None:
        """Take a judgement over and tell the screens, unless the answers have changed again."""
        if message.revision != self._revision:
            return
        self.outcome = outcome = message.outcome
        if outcome.files:
            if outcome.files != self._last_files:
                self.files_before = self._last_files
            self._last_files = outcome.files
        for screen in self.screen_stack:
            screen.post_message(Judged(outcome))

    # Where we are

    def go(self, key: str, place: Place | None = None) -> AwaitComplete:
        """Show a step; `place`: the field that gets the focus. May be awaited, from the app's own handlers alone."""
        self._take_all()
        self.save_draft()
        self.step = key
        self.visited.add(key)
        return self.show(_screen(_step(key), place))

    def show(self, screen: Screen[Any]) -> AwaitComplete:
        """Show a screen in place of the one there is and of every dialog above it."""
        from wizard.tui.screens import TooSmall

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

    def neighbour(self, by: int) -> str | None:
        """The key of the step before (-1) or after (1) the one shown; None where there is none."""
        way = [step.key for step in steps() if not step.aside or step.key == self.step]
        at = way.index(self.step) + by if self.step in way else -1
        return way[at] if 0 <= at < len(way) else None

    async def action_next_step(self) -> None:
        """Go to the next step, whatever this one lacks."""
        if key := self.neighbour(1):
            await self.go(key)

    async def action_previous_step(self) -> None:
        """Go back one step; from the first one to the start."""
        from wizard.tui.screens.start import QuitScreen, StartScreen

        if isinstance(self.screen, StartScreen):
            self.push_screen(QuitScreen(), self._quit_if)
        elif key := self.neighbour(-1):
            await self.go(key)
        else:
            self._take_all()
            self.save_draft()
            self.step = ""
            await self.show(StartScreen())

    async def action_write(self) -> None:
        """Go to the write screen, or say what is in the way."""
        from wizard.questions.review import blocked

        known = self.outcome.answers == self.answers
        words = blocked(self.outcome, self.overrides) if known else "the last answers are being checked"
        if words:
            self.action_findings(f"✗ nothing can be written yet: {words}")
        else:
            await self.go("write")

    async def action_advanced(self) -> None:
        """Go to the keys of halb.toml that no other step asks for."""
        await self.go(ADVANCED)

    def action_findings(self, reason: str = "") -> None:
        """Show what is missing, wrong or found; the one that is chosen leads to its field."""
        from wizard.tui.widgets.findings import FindingsScreen

        self.push_screen(FindingsScreen(self.outcome, self.overrides, reason), self._jump)

    def action_preview(self) -> None:
        """Show the files, unless they stand beside the form already."""
        from wizard.tui.widgets.preview import Preview, PreviewScreen

        docked = [preview for preview in self.screen.query(Preview) if preview.display]
        if docked:
            docked[0].take_focus()
        else:
            self.push_screen(PreviewScreen())

    def action_what_if(self) -> None:
        """Show what happens if something fails."""
        from wizard.tui.widgets.what_if import WhatIfScreen

        self.push_screen(WhatIfScreen())

    def action_explain(self) -> None:
        """Explain the field that has the focus, or the step."""
        from wizard.tui.widgets.field import Field
        from wizard.tui.widgets.help import HelpScreen

        focused = self.focused
        field = (
            next((node for node in focused.ancestors_with_self if isinstance(node, Field)), None) if focused else None
        )
        step = next((step for step in steps() if step.key == self.step), None)
        self.push_screen(HelpScreen(field.field if field else None, step))

    def _jump(self, place: Place | None) -> None:
        if place is not None and (step := step_of(place)) is not None:
            self.go(step.key, place)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every step and every key's action, beside what Textual has."""
        for step in steps():
            yield SystemCommand(f"Go to {step.name}", step.title, partial(self.go, step.key))
        for title, text, action in (
            ("Findings (F2, Ctrl+L)", "what is missing, wrong or found", self.action_findings),
            ("Preview (F3, Ctrl+R)", "the files as they would be written", self.action_preview),
            ("What if (F6)", "who has the VIP when something fails", self.action_what_if),
            ("Advanced (F9, Ctrl+T)", "every other key of halb.toml", self.action_advanced),
            ("Write (Ctrl+O, F10)", "the last look before anything is written", self.action_write),
            ("Help (Ctrl+G, F1)", "about this field", self.action_explain),
            ("Next step (Ctrl+N)", "whatever this one lacks", self.action_next_step),
        ):
            yield SystemCommand(title, text, action)
        yield from super().get_system_commands(screen)

    # Drafts and leaving

    def _take_all(self) -> None:
        """Have the form that is shown, if one is, hand over its answers."""
        from wizard.tui.screens.step import StepScreen

        for screen in self.screen_stack:
            if isinstance(screen, StepScreen) and screen.is_mounted:
                screen.take_all()

    def save_draft(self) -> Failure | None:
        """Keep the answers, if they have changed since; gives what went wrong."""
        kept = self.draft.save(self.answers)
        if kept is None:
            return None
        if isinstance(kept, Path):
            self.draft_note = f"draft saved {datetime.now().astimezone():%H:%M}"
            self.farewell = f"the draft is kept in {kept}; 'halb-wizard {self.directory}' goes on with it"
            return None
        self.draft_note = "draft NOT saved"
        self.notify(kept.text, severity="error", markup=False)
        return kept

    def on_write_screen_done(self, message: WriteScreen.Done) -> None:
        """The files are written: the draft has done its work, and the folder is the one that was chosen there."""
        self.draft.drop()
        self.directory = message.directory
        self.draft = SessionDraft(self.store, self.directory, self.answers)
        self.draft_note = ""
        self.farewell = f"the files are in {self.directory}; 'halb-wizard verify {self.directory}' says what comes next"
        before, self.before = self.before, self.answers
        if before is not None and (words := to_do(before, self.answers)):
            from wizard.tui.screens.notes import NotesScreen

            self.push_screen(NotesScreen("What to do on the machines, in this order", words))

    async def action_quit(self) -> None:
        """Leave; the draft is kept. Asks only when it can't be."""
        from wizard.tui.screens import settled
        from wizard.tui.screens.start import QuitScreen

        if self.focused is not None:
            await settled(self.focused)
        self._take_all()
        failure = self.save_draft()
        if failure is None or isinstance(self.screen, QuitScreen):
            self.exit(EXIT_OK)
        else:
            self.push_screen(QuitScreen(failure.text), self._quit_if)

    def _quit_if(self, sure: bool | None) -> None:
        if sure:
            self.save_draft()
            self.exit(EXIT_OK)

    def hang_up(self, status: int) -> None:
        """Nobody is there any more: keep the draft and end, at once, as the terminal takes no farewell."""
        with suppress(Exception):
            self._take_all()
            self.save_draft()
        os._exit(status)

    def _fatal_error(self) -> None:
        """Textual would print a traceback with all variables, passwords too; `open_wizard` logs it without."""
        self._close_messages_no_wait()


def _step(key: str) -> Step:
    return next(step for step in steps() if step.key == key)


def _screen(step: Step, place: Place | None) -> Screen[Any]:
    """The screen of a step."""
    if step.fields:
        from wizard.tui.screens.step import StepScreen

        return StepScreen(step, place)
    from importlib import import_module

    module = import_module(f"wizard.tui.screens.{step.key}")
    screen: Screen[Any] = getattr(module, f"{step.key.capitalize()}Screen")()
    return screen
