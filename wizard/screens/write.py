"""The write screen: where the files go, which of them change, and the one button that writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Button, Footer, Input, Static

from rules.report.style import printable
from rules.support.wording import clipped, counted
from wizard.review import Changes, Overrides, blocked, changes, tree
from wizard.screens.ends import EndScreen
from wizard.screens.question import Question
from wizard.screens.reading import Reading
from wizard.widgets.diff import Diff

if TYPE_CHECKING:
    from wizard.plan import Plan
    from wizard.session import Outcome
    from wizard.store import Written

PAUSE = 0.3  # seconds without a change of the folder after which it is looked at

_NO_FOLDER = "name a folder for the files"
_STYLES = {"new": "$text-success", "changed": "$text-warning", "mode": "$text-warning", "unchanged": "$text-muted"}
_SYMBOLS = {"new": "+", "changed": "~", "mode": "~", "unchanged": "="}


class WriteScreen(EndScreen):
    """Nothing is written before the button is pressed."""

    STEP: ClassVar[str] = "write"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "diff", "diff", id="write.diff"),
        Binding("f10", "write", "write", id="write.write"),
        Binding("f2", "app.findings", "findings", id="write.findings", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    WriteScreen Static { padding: 0 1; height: auto; }
    WriteScreen VerticalScroll { height: 1fr; }
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
        yield Input(str(self.wizard.directory), id="folder", compact=True)
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
        self.query_one("#write").focus()
        self._look()

    def judged(self) -> None:
        """The files may be others now."""
        self._look()

    @on(Input.Changed, "#folder")
    def _folder_changed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._look)

    @on(Input.Submitted, "#folder")
    def _folder_submitted(self) -> None:
        self.query_one("#write").focus()

    @on(Button.Pressed, "#write")
    def _write_pressed(self) -> None:
        self.action_write()

    @on(Button.Pressed, "#go-on")
    def _go_on_pressed(self) -> None:
        self.leave_for("cutover")

    def action_diff(self) -> None:
        """Show what writing would change."""
        where = self.directory or self.wizard.directory
        self.app.push_screen(Reading(f"what writing would change in {where}", Diff(self.changes.diffs)))

    def action_write(self) -> None:
        """Write the files, unless something is in the way."""
        app = self.wizard
        if app.outcome.answers != app.answers:
            self.notify("the answers are being checked; try again in a moment", markup=False)
        elif words := blocked(app.outcome, app.overrides):
            self.notify(f"{words}; the review says which", title="Nothing can be written yet", markup=False)
        elif self.directory is None:
            self.notify(_NO_FOLDER, severity="warning", markup=False)
            self.query_one("#folder").focus()
        elif self.written is None and not self.writing:
            self._write(self.directory, force=False)

    def _look(self) -> None:
        if self.written is None and not self.writing:
            self._look_at_folder()

    @work(group="folder", exclusive=True, exit_on_error=False)
    async def _look_at_folder(self) -> None:
        app, directory = self.wizard, self.directory
        if directory is None:
            self.changes = Changes()
            self._show()
            self._say(Content.assemble(("✗ ", "$text-error"), _NO_FOLDER))
            return
        found = await asyncio.to_thread(changes, app.outcome, directory, app.overrides)
        if self.writing or self.written is not None:  # what was looked at is old by now
            return
        self.changes = found
        self._show(*_listed(self.changes))
        self._say(_state(self.changes, blocked(app.outcome, app.overrides)))

    def _write(self, directory: Path, *, force: bool) -> None:
        self.writing = True
        self._say(Content("… writing"))
        self._write_files(directory, force)

    @work(group="write", exit_on_error=False)
    async def _write_files(self, directory: Path, force: bool) -> None:
        from wizard.store import ChangedError, StoreError

        try:
            found, written = await asyncio.to_thread(
                _write, self.wizard.outcome, directory, self.wizard.overrides, force
            )
        except ChangedError as error:
            self._ask(directory, error.problems)
        except StoreError as error:
            self._say(_refused(error.problems))
        except Exception as error:  # nothing that a disk does may cost the answers
            self._say(_refused([f"{type(error).__name__}: {error}"]))
        else:
            self._finish(directory, found, written)
        finally:
            self.writing = False

    def _ask(self, directory: Path, problems: tuple[str, ...]) -> None:
        def go_on(sure: bool | None) -> None:
            if sure:
                self._write(directory, force=True)
            else:
                self._say(Content("nothing was written; the files are as they were"))

        below = [problem.removeprefix(f"{directory}/") for problem in problems]
        text = "Somebody else wrote what is there. Replace it? The old content is kept in backups beside the files."
        self.app.push_screen(Question(text, below, yes="Replace", no="Leave all as it is"), go_on)

    def _finish(self, directory: Path, found: Changes, written: Written) -> None:
        self.changes, self.written = found._replace(states={}, diffs={}), written
        plan = self.wizard.outcome.plan
        self._show(*(Content(line) for line in _next_steps(directory, plan, found)), Content(""), *_results(written))
        self.query_one("#title", Static).update(Content.styled("Written", "bold"))
        self._say(Content.styled(f"✓ written: {_said(str(directory))}", "$text-success"))
        self.query_one("#folder", Input).disabled = True
        self.query_one("#write").display = False
        go_on = self.query_one("#go-on")
        go_on.display = True
        go_on.focus()
        self.app.post_message(self.Done(directory, written))

    def _show(self, *lines: Content) -> None:
        self.query_one("#list", Static).update(Content("\n").join(lines))

    def _say(self, words: Content) -> None:
        self.query_one("#state", Static).update(words)


def _write(outcome: Outcome, directory: Path, overrides: Overrides, force: bool) -> tuple[Changes, Written]:
    from wizard.store import write_tree

    files = tree(outcome, directory, overrides)
    return Changes(files), write_tree(directory, files, force=force, when=datetime.now(UTC))


def _said(text: str) -> str:
    return clipped(printable(text))


def _refused(problems: Sequence[str]) -> Content:
    head = Content.styled("✗ nothing was written", "$text-error")
    return Content("\n").join([head, *(Content(_said(problem)) for problem in problems)])


def _listed(found: Changes) -> Iterator[Content]:
    for problem in found.problems:
        yield Content.assemble(("✗ ", "$text-error"), _said(problem))
    for path, state in found.states.items():
        yield _file(path, state)


def _results(written: Written) -> Iterator[Content]:
    for file in written.files:
        yield _file(file.path, file.state, f"   the old one: {file.backup}" if file.backup else "")
    for path in written.stale:
        yield Content(_said(f"! {path} is no part of the plan any more; delete it when its machine is gone"))


def _file(path: str, state: str, more: str = "") -> Content:
    return Content.assemble(
        (f"{_SYMBOLS[state]} {state:<10}", _STYLES[state]), _said(path), (_said(more), "$text-muted")
    )


def _state(found: Changes, why_not: str) -> Content:
    if why_not:
        return Content.assemble(("✗ nothing can be written yet", "$text-error"), f": {why_not}; the review says which")
    if found.problems:
        return Content.styled("✗ nothing can be written there", "$text-error")
    differing = sum(state != "unchanged" for state in found.states.values())
    if not differing:
        return Content("all files are there already; nothing would change")
    return Content(f"{counted(differing, 'file')} would be written; old content is kept in backups")


def _next_steps(directory: Path, plan: Plan | None, found: Changes) -> Iterator[str]:
    """What to do with the files, in the order in which it is to be done."""
    yield "What to do next:"
    names = [lb.name for lb in plan.load_balancers] if plan is not None else []
    number = 1
    for name in names:
        if f"{name}/install.sh" in found.files:
            yield _said(f"  {number}. copy {directory / name} to {name}, and run in it, as root: sh install.sh")
            number += 1
    if "RUNBOOK.md" in found.files:
        yield _said(f"  {number}. {directory / 'RUNBOOK.md'} has the whole way, from the DNS record to the cutover")
