"""The start: a new cluster, the draft or the halb.toml that is there, existing files, or the cutover alone."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from rules.report.style import printable
from wizard.answers import Answers, from_toml
from wizard.opening import Import
from wizard.screens import Page, settled
from wizard.session import PLAN
from wizard.steps import steps
from wizard.store import SavedDraft
from wizard.widgets.dialog import Dialog
from wizard.widgets.field import obey

INTRO = """\
The control plane of a Kubernetes cluster behind one name: HAProxy spreads
the connections, Keepalived moves one address between the load balancers.
Nothing is written before you say so."""


class Menu(OptionList):
    """A list that deals with its keys in the order in which they come."""

    async def on_key(self, event: events.Key) -> None:
        """All but Enter, which is the screen's."""
        await obey(self, event)


class StartScreen(Page):
    """What there is to begin with, as a list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the footer shows it: the list has the key as well, and keeps silent about it.
        Binding("enter", "begin", "begin", id="start.begin", key_display="Enter", priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._draft: SavedDraft | None = None
        self._plan: Path | None = None

    def compose(self) -> ComposeResult:
        """The purpose, the list, the keys."""
        yield Static(" halb", id="heading", markup=False)
        with Vertical(id="start"):
            yield Static(INTRO, markup=False, classes="intro")
            yield Menu(*self._options())
            yield Static(markup=False, id="notes")
        yield Footer()

    def _options(self) -> list[Option]:
        wizard = self.wizard
        folder = printable(str(wizard.directory))
        found = []
        if wizard.visited:
            found.append(_option("back", "Go on", "with the answers of right now"))
        saved = wizard.store.load(wizard.directory) if wizard.store else None
        if isinstance(saved, SavedDraft):
            self._draft = saved
            found.append(_option("resume", "Resume", f"the draft of {saved.saved.astimezone():%Y-%m-%d %H:%M}"))
        elif saved is not None:
            self.call_after_refresh(self._say, saved.text)
        if (plan := wizard.directory / PLAN).is_file():
            self._plan = plan
            found.append(_option("change", "Change", f"the cluster of {folder}/{PLAN}"))
        found.append(_option("new", "New", f"answer a few questions; the files go to {folder}"))
        if wizard.importer is not None:
            found.append(_option("import", "Import", "haproxy.cfg and keepalived.conf that exist"))
        found.append(_option("cutover", "Cutover", "only watch where the name leads, and what to do next"))
        return found

    def on_mount(self) -> None:
        """The list has the keys."""
        self.query_one(Menu).focus()

    def _say(self, text: str) -> None:
        self.query_one("#notes", Static).update(f"✗ {printable(text)}")

    async def action_begin(self) -> None:
        """Take the line that is marked."""
        choices = self.query_one(Menu)
        await settled(choices)
        if choices.highlighted is not None:
            await self._begin(choices.get_option_at_index(choices.highlighted).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the line that was clicked."""
        self.app.call_later(self._begin, event.option_id)

    async def _begin(self, choice: str | None) -> None:
        """Begin with what was chosen; in the app's own order of events, so that keys typed ahead find the form."""
        first = steps()[0].key
        match choice:
            case "back":
                await self.wizard.go(first)
            case "resume" if self._draft is not None:
                await self._with(self._draft.text, "the draft", "")
            case "change":
                await self._read_plan(first)
            case "import":
                self.app.push_screen(ImportScreen(), self._imported)
            case "cutover":
                await self._read_plan("cutover")
            case _:
                self.wizard.visited.clear()
                self.wizard.replace_answers(Answers())
                await self.wizard.go(first)

    def _go(self, key: str) -> None:
        self.app.call_later(self.wizard.go, key)

    async def _read_plan(self, key: str) -> None:
        """Take the answers of halb.toml, where there is one, and go to a step."""
        if self._plan is None:
            await self.wizard.go(key)
            return
        try:
            text = self._plan.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._say(f"{self._plan}: {getattr(error, 'strerror', None) or 'is not UTF-8'}")
            return
        await self._with(text, str(self._plan), key)

    async def _with(self, text: str, what: str, key: str) -> None:
        try:
            answers = from_toml(text)
        except ValueError as error:
            self._say(f"{what} can't be read: {error}")
            return
        self.wizard.replace_answers(answers)
        await self.wizard.go(key or self._last_answered())

    def _last_answered(self) -> str:
        """The step to go on with: the last one that has an answer."""
        answered = [step.key for step in steps() if step.fields and step.key in self.wizard.visited]
        return answered[-1] if answered else steps()[0].key

    def _imported(self, found: Import | None) -> None:
        if found is None:
            return
        self.wizard.replace_answers(found.answers)
        if found.notes:
            self.app.push_screen(NotesScreen(found.notes), lambda _: self._go(steps()[0].key))
        else:
            self._go(steps()[0].key)


def _option(key: str, word: str, text: str) -> Option:
    return Option(Content.assemble((f"{word:<9}", "bold"), text), id=key)


class ImportScreen(Dialog[Import]):
    """Asks for paths; gives what their files hold."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", id="import.back")]

    class Read(Message, bubble=False):
        """The files have been read, or can't be."""

        def __init__(self, found: Import | str) -> None:
            super().__init__()
            self.found = found

    def compose(self) -> ComposeResult:
        """The question, the paths, what is wrong."""
        with Vertical(classes="dialog"):
            yield Static("Import", markup=False, classes="title")
            yield Static(
                "Folders or files, one folder per load balancer, blanks between them; nothing is changed there.",
                markup=False,
            )
            yield Input(placeholder="haproxy-lb1/ haproxy-lb2/", compact=True)
            yield Static(markup=False, id="wrong")
            yield Button("Read them", compact=True)
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
        importer = self.app.importer  # type: ignore[attr-defined]
        found: Import | str
        try:
            found = importer(paths)
        except Exception as error:  # an importer's fault must not cost the session
            known = isinstance(error, (ValueError, OSError))
            found = str(error) if known else f"the files can't be imported ({type(error).__name__}: {error})"
        self.post_message(self.Read(found))

    def on_import_screen_read(self, message: Read) -> None:
        """Give what was found, or say what is wrong."""
        if isinstance(message.found, str):
            self._say(f"✗ {printable(message.found)}")
        else:
            self.dismiss(message.found)

    def _say(self, text: str) -> None:
        self.query_one("#wrong", Static).update(text)


class NotesScreen(Dialog[None]):
    """What an import could not take over; every line is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "dismiss(None)", "go on", id="notes.on")]

    def __init__(self, notes: tuple[str, ...]) -> None:
        super().__init__()
        self._notes = notes

    def compose(self) -> ComposeResult:
        """The lines as a list."""
        with Vertical(classes="dialog"):
            yield Static("What was read, and what a plan can't express", markup=False, classes="title")
            yield OptionList(*(Option(Content(printable(note))) for note in self._notes))
            yield Button("Go on", compact=True)

    def on_option_list_option_selected(self) -> None:
        """Enter goes on."""
        self.dismiss(None)

    def on_button_pressed(self) -> None:
        """So does a click."""
        self.dismiss(None)


class QuitScreen(Dialog[bool]):
    """Asks whether to leave; gives True for yes. `failure`: why the draft can't be kept."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", id="quit.back"),
        Binding("left,up", "app.focus_previous", "other", show=False, id="quit.previous"),
        Binding("right,down", "app.focus_next", "other", show=False, id="quit.next"),
    ]

    def __init__(self, failure: str = "") -> None:
        super().__init__()
        self._failure = failure

    def compose(self) -> ComposeResult:
        """The question and the two answers."""
        with Vertical(classes="dialog"):
            yield Static("Leave halb?", markup=False, classes="title")
            text = f"✗ {printable(self._failure)}: the answers would be lost" if self._failure else "The draft is kept."
            yield Static(text, markup=False)
            yield Button("Leave", id="leave", compact=True)
            yield Button("Stay", id="stay", compact=True)

    def on_mount(self) -> None:
        """The harmless answer is the first one."""
        self.query_one("#stay" if self._failure else "#leave").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Give the answer."""
        self.dismiss(event.button.id == "leave")
