"""The write screen: where the files go, which of them change, and the one button that writes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Button, Footer, Input, Static

from wizard.files import ChangedError, StoreError, Written, is_mergeable
from wizard.questions.review import Changes, blocked
from wizard.questions.writing import Way, next_steps, preview, state_words, to_choose, write
from wizard.tui.dialogs.question import QuestionDialog
from wizard.tui.screens.base import FramedScreen
from wizard.tui.widgets.diff import Diff
from wizard.tui.widgets.file_list import listed, not_written, results, said, state
from wizard.tui.widgets.merge_choice import MergeChoice

PAUSE = 0.3  # seconds without a change of the folder after which it is looked at

_NO_FOLDER = "name a folder for the files"
_NOTHING = f"""\
'{Way.LEAVE.value}' is chosen: nothing is written.

Choose '{Way.MERGE.value}' or '{Way.REPLACE.value}', and this page shows what it would change."""


class WriteScreen(FramedScreen):
    """Nothing is written before the button is pressed."""

    STEP: ClassVar[str] = "write"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "diff", "diff", id="write.diff", key_display="F4"),
        Binding("ctrl+t", "diff", "diff", id="write.diff", show=False),
        Binding("ctrl+o", "write", "write", id="write.write"),
        Binding("f10", "write", "write", id="write.write", show=False),
        Binding("f2", "app.findings", "findings", id="write.findings", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    WriteScreen Static { padding: 0 1; height: auto; }
    WriteScreen VerticalScroll { height: 1fr; }
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

    @property
    def way(self) -> Way:
        """What is to be done about what others wrote."""
        return self.query_one(MergeChoice).way

    @property
    def directory(self) -> Path | None:
        """The folder in the field; a leading `~` is the home folder. None when the field is empty.

        Where an emptied field stood for the working directory, the files would land where nobody wanted them.
        """
        text = self.query_one("#folder", Input).value.strip()
        if not text:
            return None
        path = Path(text)
        try:
            return path.expanduser()
        except RuntimeError:  # of somebody who does not exist
            return path

    def compose(self) -> ComposeResult:
        """The folder, what writing would do there, the button."""
        yield from self.head()
        yield Static("Into this folder", markup=False)
        yield Input(str(self.session.directory), id="folder", compact=True)
        yield MergeChoice()
        with VerticalScroll(can_focus=True):
            yield Static(id="list", markup=False)
        yield Static(id="state", markup=False)
        with Horizontal():
            yield Button("Write", id="write", variant="primary")
            yield Button("Go on to the cutover", id="go-on")
        yield Footer()

    def on_mount(self) -> None:
        """Look at the folder."""
        self.query_one("#go-on").display = False
        self.query_one(MergeChoice).display = False
        self.query_one("#write").focus()
        self._look()

    def judged(self) -> None:
        """The files may be others now."""
        self._look()

    @on(Input.Changed, "#folder")
    def _folder_changed(self) -> None:
        self.query_one(MergeChoice).way = Way.LEAVE  # what is right for one folder need not be so for another
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._look)

    @on(Input.Submitted, "#folder")
    def _folder_submitted(self) -> None:
        self.query_one("#write").focus()

    @on(MergeChoice.Chosen)
    def _way_chosen(self) -> None:
        self._look()

    @on(Button.Pressed, "#write")
    def _write_pressed(self) -> None:
        self.action_write()

    @on(Button.Pressed, "#go-on")
    def _go_on_pressed(self) -> None:
        self.leave_for("cutover")

    @work(group="diff", exclusive=True, exit_on_error=False)
    async def action_diff(self) -> None:
        """Show what writing would change, as the folder is now."""
        where = self.directory or self.session.directory
        found, way = self.changes, self.way
        if self.written is None and not self.writing:
            found = await asyncio.to_thread(preview, self.session.outcome, where, self.session.overrides, way)
            if way is not self.way:
                return
            self._looked(found)
        body: Diff | str = "\n".join(found.problems) or Diff(found.diffs)
        if to_choose(found, way) and not found.problems:
            body = _NOTHING
        self.host.show_page(f"what writing would change in {where}", body)

    def action_write(self) -> None:
        """Write the files, unless something is in the way."""
        session = self.session
        if not session.is_judged:
            self.notify("the answers are being checked; try again in a moment", markup=False)
        elif words := blocked(session.outcome, session.overrides):
            self.notify(f"{words}; the review says which", title="Nothing can be written yet", markup=False)
        elif self.directory is None:
            self.notify(_NO_FOLDER, severity="warning", markup=False)
            self.query_one("#folder").focus()
        elif to_choose(self.changes, self.way):
            self.notify(state_words(self.changes, self.way), severity="warning", markup=False)
            self.query_one(MergeChoice).focus()
        elif self.written is None and not self.writing:
            self._write(self.directory, force=False)

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
        self._looked(await asyncio.to_thread(preview, session.outcome, directory, session.overrides, self.way))

    def _looked(self, found: Changes) -> None:
        if self.writing or self.written is not None:  # what was looked at is old by now
            return
        self.changes = found
        ways = self.query_one(MergeChoice)
        # What is chosen stays to be seen while a merge is refused, or leaves nothing to do.
        ways.display = bool(found.foreign) or self.way is not Way.LEAVE
        self._show(*listed(found, self.way))
        self._say(state(found, self.way, blocked(self.session.outcome, self.session.overrides)))

    def _write(self, directory: Path, *, force: bool) -> None:
        self.writing = True
        # A look that is still under way would put its words over those of the writing.
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
                write, session.outcome, directory, session.overrides, self.way, self.changes, force=force
            )
        except ChangedError as error:
            changed = error
        except StoreError as error:
            self._say(not_written(error.problems))
        except Exception as error:  # nothing that a disk does may cost the answers
            self._say(not_written([f"{type(error).__name__}: {error}"]))
        else:
            self._finish(directory, found, written)
        finally:
            self.writing = False
        if changed is not None:
            self._refused(directory, changed)

    def _refused(self, directory: Path, error: ChangedError) -> None:
        """Somebody else wrote a file: have a way chosen where there are several, else ask whether to replace it."""
        if self.way is not Way.REPLACE and any(map(is_mergeable, error.files)):
            self.notify("\n".join(map(said, error.problems)), severity="warning", markup=False)
            self.query_one(MergeChoice).display = True
            self.query_one(MergeChoice).focus()
            self._look()
        else:
            self._ask(directory, error.problems)

    def _ask(self, directory: Path, problems: tuple[str, ...]) -> None:
        def go_on(sure: bool | None) -> None:
            if sure:
                self._write(directory, force=True)
            else:
                self._say(Content("nothing was written; the files are as they were"))

        below = [problem.removeprefix(f"{directory}/") for problem in problems]
        text = "Somebody else wrote what is there. Replace it? The old content is kept in backups beside the files."
        self.app.push_screen(QuestionDialog(text, below, yes="Replace", no="Leave all as it is"), go_on)

    def _finish(self, directory: Path, found: Changes, written: Written) -> None:
        self.changes, self.written = found._replace(states={}, diffs={}), written
        plan = self.session.outcome.plan
        self._show(
            *(Content(line) for line in next_steps(directory, plan, found.files)), Content(""), *results(written)
        )
        self.query_one("#title", Static).update(Content.styled("Written", "bold"))
        self._say(Content.styled(f"✓ written: {said(str(directory))}", "$text-success"))
        self.query_one("#folder", Input).disabled = True
        self.query_one(MergeChoice).display = False
        self.query_one("#write").display = False
        go_on = self.query_one("#go-on")
        go_on.display = True
        go_on.focus()
        self.app.post_message(self.Done(directory, written))

    def _show(self, *lines: Content) -> None:
        self.query_one("#list", Static).update(Content("\n").join(lines))

    def _say(self, words: Content) -> None:
        self.query_one("#state", Static).update(words)
