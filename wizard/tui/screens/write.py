"""The write screen: where the files go, which of them change, and the one button that writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from wizard.files import ChangedError, StoreError, Written, is_mergeable
from wizard.questions.plan_alone import PlanSaved, save_plan
from wizard.questions.review import Changes, blocked
from wizard.questions.steps import Step
from wizard.questions.writing import Way, fitting, next_steps, preview, so_far, state_words, to_choose, ways, write
from wizard.tui.copying import of_runbook
from wizard.tui.dialogs.question import QuestionDialog
from wizard.tui.screens.base import FramedScreen
from wizard.tui.textual_private import KeysFooter
from wizard.tui.widgets.file_list import listed, not_written, results, safe, state
from wizard.tui.widgets.merge_choice import MergeChoice

PAUSE = 0.3  # seconds without a change of the folder after which it is looked at

_NO_FOLDER = "name a folder for the files"
_NOTHING = """\
'{}' is selected: nothing is written.

Select '{}' or '{}', and this page shows what would change."""


class WriteScreen(FramedScreen):
    """Nothing is written before the button is pressed."""

    STEP: ClassVar[str] = "write"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "app.diff", "diff", id="write.diff", key_display="F4"),
        Binding("ctrl+t", "app.diff", "diff", id="write.diff", show=False),
        Binding("ctrl+o", "write", "write", id="write.write"),
        Binding("f10", "write", "write", id="write.write", show=False),
        Binding("f8", "save_plan", "halb.toml", id="write.plan", key_display="F8"),
        Binding("ctrl+y", "save_plan", "halb.toml", id="write.plan", show=False),
        Binding("c", "copy", "copy", id="write.copy", show=False),
        Binding("f2", "app.findings", "findings", id="write.findings", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    WriteScreen Static { padding: 0 1; height: auto; }
    WriteScreen VerticalScroll { height: 1fr; }
    WriteScreen VerticalScroll:focus { background: $boost; background-tint: $primary 8%; }
    WriteScreen VerticalScroll:nocolor:focus > Static { text-style: bold; }
    WriteScreen MergeChoice { margin: 0 1; }
    WriteScreen #folder { margin: 0 1; }
    WriteScreen Horizontal { height: auto; padding: 0 1; }
    WriteScreen Button { margin-right: 2; }
    """

    class Done(Message):
        """Files were written below `directory`."""

        def __init__(self, directory: Path, written: Written) -> None:
            super().__init__()
            self.directory = directory
            self.written = written

    def __init__(self) -> None:
        super().__init__()
        self.changes = Changes()
        self.written: Written | None = None
        self.writing = False
        self._timer: Timer | None = None
        self._folder = ""
        self._copies = 0

    @property
    def choice(self) -> Way:
        """What to do about sections that halb did not write."""
        return self.query_one(MergeChoice).choice

    @property
    def directory(self) -> Path | None:
        """The folder in the field; a leading `~` is the home folder. None when the field is empty.

        An empty field must not stand for the working directory: the files would land where nobody wants them.
        """
        text = self.query_one("#folder", Input).value.strip()
        if not text:
            return None
        path = Path(text)
        try:
            return path.expanduser()
        except RuntimeError:  # `~name` of an unknown user
            return path

    def compose(self) -> ComposeResult:
        """The folder, what writing would do there, the button."""
        yield from self.head()
        yield Static("Write to this folder", markup=False)
        self._folder = str(self.session.directory)
        yield Input(self._folder, id="folder", compact=True)
        yield MergeChoice()
        with VerticalScroll(can_focus=True):
            yield Static(id="list", markup=False)
        yield Static(id="state", markup=False)
        with Horizontal():
            yield Button("Write", id="write", variant="primary")
            yield Button("Continue to the cutover", id="continue")
        yield KeysFooter()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """What is written is not written again."""
        return self.written is None or action not in ("write", "save_plan")

    def intro(self, step: Step) -> str:
        """What of the files has been written so far."""
        session = self.session
        return so_far(session.answers, session.written, session.directory, session.before, plan=session.plan_saved)

    def on_mount(self) -> None:
        """Look at the folder."""
        self.query_one("#continue").display = False
        self.query_one(MergeChoice).display = False
        self.query_one("#write").focus()
        self._look()

    def judged(self) -> None:
        """The files may be different now."""
        self._entitle()
        self._look()

    @on(Input.Changed, "#folder")
    def _folder_changed(self, event: Input.Changed) -> None:
        if event.value == self._folder:  # the field says its first text too, at some time after it is shown
            return
        self._folder = event.value
        self.query_one(MergeChoice).choice = Way.LEAVE  # what is right for one folder may be wrong for another
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._look)

    @on(Input.Submitted, "#folder")
    def _folder_submitted(self) -> None:
        self.query_one("#write").focus()

    @on(MergeChoice.Chosen)
    def _choice_changed(self) -> None:
        self.query_one(VerticalScroll).scroll_home(animate=False)  # what another way costs stands above the files
        self._look()

    @on(Button.Pressed, "#write")
    def _write_pressed(self) -> None:
        self.action_write()

    @on(Button.Pressed, "#continue")
    def _continue_pressed(self) -> None:
        self.leave_for("cutover")

    @property
    def folder(self) -> Path:
        """The one in the field, if there is one."""
        return self.directory or self.session.directory

    async def difference(self) -> Widget | str | None:
        """What writing in the way that is chosen would change; None if another one has been chosen meanwhile."""
        found, choice = self.changes, self.choice
        if self.written is None and not self.writing:
            session, where = self.session, self.folder
            found = await asyncio.to_thread(preview, session.outcome, where, session.overrides, choice)
            if choice is not self.choice:
                return None
            self._looked(found)
        if to_choose(found, choice) and not found.problems:
            return _NOTHING.format(*(way.value for way in ways(found)))
        return self.compared(found)

    def action_write(self) -> None:
        """Write the files, unless something blocks that."""
        session = self.session
        if not session.is_judged:
            self.host.when_judged(self.action_write)
        elif words := blocked(session.outcome, session.overrides):
            self.notify(words, title="Nothing can be written yet", markup=False)
            self.leave_for("review")
        elif self.directory is None:
            self.notify(_NO_FOLDER, severity="warning", markup=False)
            self.query_one("#folder").focus()
        elif to_choose(self.changes, self.choice):
            self.notify(state_words(self.changes, self.choice), severity="warning", markup=False)
            self.query_one(MergeChoice).focus()
        elif self.written is None and not self.writing:
            self._write(self.directory, force=False)

    def action_copy(self) -> None:
        """Copy the folder; once the files are written, the command to type next, and pressed again the one after it."""
        found: tuple[str, ...] = (str((self.directory or self.session.directory).absolute()),)
        if self.written is not None:
            found = of_runbook(found[0], self.changes.files.get("RUNBOOK.md", ("", 0))[0])
        self.host.copy(found[self._copies % len(found)])
        self._copies += self.written is not None

    def action_save_plan(self) -> None:
        """Write halb.toml alone, whatever stands against the other files."""
        if not self.session.is_judged:
            self.host.when_judged(self.action_save_plan)
        elif self.directory is None:
            self.notify(_NO_FOLDER, severity="warning", markup=False)
            self.query_one("#folder").focus()
        elif not self.writing:
            self._save_plan(self.directory, force=False)

    @work(group="write", exit_on_error=False)
    async def _save_plan(self, directory: Path, *, force: bool) -> None:
        try:
            saved = await asyncio.to_thread(save_plan, self.session.outcome, directory, force=force)
        except ChangedError as error:
            self._ask(directory, error.problems, again=self._save_plan)
        except StoreError as error:
            self._say(not_written(error.problems))
        except Exception as error:  # nothing that a disk does may cost the user the answers
            self._say(not_written([f"{type(error).__name__}: {error}"]))
        else:
            self._plan_saved(directory, saved)

    def _plan_saved(self, directory: Path, saved: PlanSaved) -> None:
        words = "\n".join([f"halb.toml is written: {safe(str(directory))}", *map(safe, saved.left_out)])
        self.notify(words, title="The plan alone", markup=False)
        self.session.plan_saved = True
        self._entitle()
        self._look()

    def _look(self) -> None:
        if self.written is None and not self.writing:
            self._look_at_folder()

    @work(group="folder", exclusive=True, exit_on_error=False)
    async def _look_at_folder(self) -> None:
        session, directory = self.session, self.directory
        if directory is None:
            self.changes = Changes()
            self._show()
            self._say(Content.assemble(("✗ ", "$text-error"), _NO_FOLDER))
            return
        self._looked(await asyncio.to_thread(preview, session.outcome, directory, session.overrides, self.choice))

    def _looked(self, found: Changes) -> None:
        if self.writing or self.written is not None:  # what was seen is out of date
            return
        self.changes = found
        choice = self.query_one(MergeChoice)
        choice.offered = ways(found)
        if self.choice is not (meant := fitting(found, self.choice)):
            choice.choice = meant  # the folder is looked at again
            return
        # The choice stays visible while a merge is refused, or leaves nothing to do.
        choice.display = bool(found.foreign) or self.choice is not Way.LEAVE
        self._show(*listed(found, self.choice, self.session.outcome.plan))
        self._say(state(found, self.choice, blocked(self.session.outcome, self.session.overrides)))

    def _write(self, directory: Path, *, force: bool) -> None:
        self.writing = True
        # A preview that is still being made would overwrite the words about the writing.
        if self._timer is not None:
            self._timer.stop()
        self.workers.cancel_group(self, "folder")
        self._say(Content("… writing"))
        self._write_files(directory, force)

    @work(group="write", exit_on_error=False)
    async def _write_files(self, directory: Path, force: bool) -> None:
        session, changed = self.session, None
        try:
            found, written = await asyncio.to_thread(
                write, session.outcome, directory, session.overrides, self.choice, self.changes, force=force
            )
        except ChangedError as error:
            changed = error
        except StoreError as error:
            self._say(not_written(error.problems))
        except Exception as error:  # nothing that a disk does may cost the user the answers
            self._say(not_written([f"{type(error).__name__}: {error}"]))
        else:
            self._finish(directory, found, written)
        finally:
            self.writing = False
        if changed is not None:
            self._refused(directory, changed)

    def _refused(self, directory: Path, error: ChangedError) -> None:
        """Ask what to do about files that halb did not write: a choice if they can be merged, else a question."""
        if self.choice is not Way.REPLACE and any(map(is_mergeable, error.files)):
            self.notify("\n".join(map(safe, error.problems)), severity="warning", markup=False)
            self.query_one(MergeChoice).display = True
            self.query_one(MergeChoice).focus()
            self._look()
        else:
            self._ask(directory, error.problems)

    def _ask(self, directory: Path, problems: tuple[str, ...], again: Callable[..., object] | None = None) -> None:
        def answered(sure: bool | None) -> None:
            if sure:
                (again or self._write)(directory, force=True)
            else:
                self._say(Content("nothing was written; the files are unchanged"))

        below = [problem.removeprefix(f"{directory}/") for problem in problems]
        text = "halb did not write what is in these files. Replace them? Backups keep the old content."
        self.app.push_screen(QuestionDialog(text, below, yes="Replace", no=Way.LEAVE.value), answered)

    def _finish(self, directory: Path, found: Changes, written: Written) -> None:
        self.changes, self.written = found._replace(states={}, diffs={}), written
        self.refresh_bindings()
        plan = self.session.outcome.plan
        steps = (Content(line) for line in next_steps(directory, plan, found.files, found.unheard))
        self._show(*steps, Content(""), *results(written, found.states))
        self.query_one(VerticalScroll).scroll_home(animate=False)  # what comes next stands above the files
        self._entitle()
        hint = ("  c copies the next command", "$text-muted")
        self._say(Content.assemble((f"✓ written: {safe(str(directory))}", "$text-success"), hint))
        self.query_one("#folder", Input).disabled = True
        self.query_one(MergeChoice).display = False
        self.query_one("#write").display = False
        button = self.query_one("#continue")
        button.display = True
        button.focus()
        self.app.post_message(self.Done(directory, written))

    def _entitle(self) -> None:
        done = self.written is not None
        self.query_one("#title", Static).update(Content.styled("Written", "bold") if done else self.title_line())

    def _show(self, *lines: Content) -> None:
        self.query_one("#list", Static).update(Content("\n").join(lines))

    def _say(self, words: Content) -> None:
        self.query_one("#state", Static).update(words)
