"""The start: a new cluster, an existing draft or halb.toml, existing files, one more machine, or the cutover.

Answers that others replace are never lost: `wizard.questions.session_draft` numbers older drafts, and the user is asked
about answers that can't be saved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rules.report import printable
from wizard.questions import machine_changes, phase
from wizard.questions.answers import Answers, Place
from wizard.questions.session import PLAN, step_of
from wizard.questions.start_choices import FoundStarts, Origin, look
from wizard.questions.steps import steps
from wizard.tui.dialogs.choose import ChooseDialog
from wizard.tui.dialogs.importing import ImportDialog
from wizard.tui.dialogs.notes import NotesDialog
from wizard.tui.dialogs.plan import PlanDialog
from wizard.tui.dialogs.question import QuestionDialog
from wizard.tui.screens.base import WizardScreen
from wizard.tui.session import Import
from wizard.tui.textual_private import KeysFooter

_LONGEST_PATH = 36  # characters
INTRO = """\
The control plane of a Kubernetes cluster behind one name: HAProxy spreads
the connections, Keepalived moves one address between the load balancers.
Nothing is written until you say so."""


class StartScreen(WizardScreen):
    """What the user can begin with, as a list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the footer shows it: the list has the key as well, and keeps silent about it.
        Binding("enter", "begin", "begin", id="start.begin", key_display="Enter", priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._known = FoundStarts()

    def compose(self) -> ComposeResult:
        """The purpose, the list, the keys."""
        session = self.session
        self._known = look(session.directory, session.store, session.answers if session.visited else None)
        yield Static(" halb   offline: nothing is asked" if session.offline else " halb", id="heading", markup=False)
        with VerticalScroll(id="start", can_focus=False):
            yield Static(INTRO, markup=False, classes="intro")
            yield OptionList(*self._options())
            yield Static("\n".join(_failed(text) for text in self._known.failures), markup=False, id="notes")
        yield KeysFooter()

    def _options(self) -> Iterator[Option]:
        known, folder = self._known, _ending(printable(str(self.session.directory)))
        if known.session is not None:
            yield _option("back", "Continue", "with the current answers")
        if known.draft is not None:
            yield _option("resume", "Resume", known.draft.told(datetime.now(UTC)))
        if known.plan is not None or known.plan_fault:
            yield _option("change", "Change", f"the cluster in {folder}/{PLAN}")
        if (base := known.cluster) is not None:
            yield _option("add", "Add", f"a load balancer, in {base.about}")
            yield _option("replace", "Replace", f"a control-plane node, in {base.about}")
        kept = known.draft is not None or known.session is not None
        yield _option("new", "New", f"a few questions; {'the draft is kept' if kept else f'the files go to {folder}'}")
        if self.session.importer is not None:
            yield _option("import", "Import", "existing haproxy.cfg and keepalived.conf files")
        if known.earlier:
            yield _option("earlier", "Earlier", f"drafts that were replaced: {len(known.earlier)}")
        yield _option("cutover", "Cutover", "just watch where the name points, and what to do next")

    def on_mount(self) -> None:
        """The list has the focus."""
        self.query_one(OptionList).focus()

    def _say(self, text: str) -> None:
        notes = self.query_one("#notes", Static)
        notes.update(_failed(text))
        self.call_after_refresh(notes.scroll_visible)

    async def action_begin(self) -> None:
        """Take the highlighted line."""
        menu = self.query_one(OptionList)
        if menu.highlighted is not None:
            await self._begin(menu.get_option_at_index(menu.highlighted).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the clicked line."""
        self.app.call_later(self._begin, event.option_id)

    # What each line does, in the app's own order of events, so that keys typed ahead reach the form

    async def _begin(self, choice: str | None) -> None:
        known, first = self._known, steps()[0].key
        match choice:
            case "back":
                await self.host.go(first)
            case "resume" if known.draft is not None:
                await self._open(known.draft)
            case "change" | "cutover" if known.plan_fault:
                self._say(known.plan_fault)
            case "change" | "cutover" if known.plan is not None:
                await self._open(known.plan, first if choice == "change" else "cutover")
            case "add" if known.cluster is not None:
                await self._add(known.cluster)
            case "replace" if known.cluster is not None:
                self._replace(known.cluster)
            case "import":
                self.app.push_screen(ImportDialog(), self._imported)
            case "earlier":
                lines = [f"{one.told(datetime.now(UTC))}, {one.cluster.rpartition(', ')[2]}" for one in known.earlier]
                self.app.push_screen(ChooseDialog("Which of the replaced drafts?", lines), self._take_earlier)
            case "cutover" if (base := known.session or known.draft) is not None:
                await self._open(base, "cutover")
            case "cutover":
                self.app.push_screen(PlanDialog(), self._watch)
            case _:
                await self._open(Origin(Answers(), "", on_disk=True), first)

    def _watch(self, found: Origin | None) -> None:
        """Watch the cluster of a plan in another folder."""
        if found is not None:
            self.app.call_later(self._open, found, "cutover")

    async def _add(self, base: Origin) -> None:
        try:
            answers, place = machine_changes.with_new_balancer(base.answers)
        except ValueError as error:
            self._say(str(error))
            return
        words = machine_changes.adding(base.answers)
        self._after_notes("One more load balancer", words, partial(self._change, base, answers, place))

    def _replace(self, base: Origin) -> None:
        nodes = machine_changes.machines(base.answers, "control_plane")

        def chosen(number: int | None) -> None:
            if number is None:
                return
            node = nodes[number]
            place = Place("control_plane", node.number, "address")
            words = machine_changes.replacing(base.answers, node.number)
            self._after_notes(f"Replacing {node.label}", words, partial(self._change, base, base.answers, place))

        lines = [f"{node.label}{'' if node.number else '  initial master'}" for node in nodes]
        self.app.push_screen(ChooseDialog("Which control-plane node do you want to replace?", lines), chosen)

    def _take_earlier(self, number: int | None) -> None:
        if number is not None:
            self.app.call_later(self._open, self._known.earlier[number])

    def _imported(self, found: Import | None) -> None:
        if found is None:
            return
        then = partial(self._ask_phase, found.answers)
        if found.notes:
            self._after_notes("What was read, and what a plan can't express", found.notes, then)
        else:
            self.app.call_later(then)

    async def _ask_phase(self, answers: Answers) -> None:
        """Nothing in the files tells where the name leads, and nothing is assumed of a cluster that may be in use."""

        def chosen(number: int | None) -> None:
            known = phase.chosen(answers, number)
            self.app.call_later(self._open, Origin(known, ""), steps()[0].key)

        if phase.is_open(answers):
            self.app.push_screen(ChooseDialog(phase.QUESTION, phase.choices(offline=self.session.offline)), chosen)
        else:
            await self._open(Origin(answers, ""), steps()[0].key)

    def _after_notes(self, title: str, words: Sequence[str], then: Callable[[], Awaitable[None]]) -> None:
        def read(_nothing: None) -> None:
            self.app.call_later(then)

        self.app.push_screen(NotesDialog(title, words), read)

    async def _change(self, base: Origin, answers: Answers, place: Place) -> None:
        """Show the row of a machine: the base's answers, which may have room for one more now."""
        step = step_of(place)
        if step is not None:
            await self._open(base, step.key, answers, place)

    async def _open(
        self, origin: Origin, key: str = "", answers: Answers | None = None, place: Place | None = None
    ) -> None:
        """Continue with an origin's answers, or those made of them, at a step: by default at the last one answered.

        Asks first if the current answers would be lost.
        """
        session = self.session
        take = partial(self._take, origin, key, answers, place)
        if origin is self._known.session or session.draft.is_kept(session.answers):
            await take()
            return
        failure = session.save_draft()
        if session.draft.is_kept(session.answers):
            await take()
            return
        why = failure.text if failure is not None else "drafts can't be saved in this session"

        def answered(sure: bool | None) -> None:
            if sure:
                self.app.call_later(take)

        question = QuestionDialog("The current answers would be lost.", [why], yes="Discard them", no="Back")
        self.app.push_screen(question, answered)

    async def _take(self, origin: Origin, key: str, answers: Answers | None, place: Place | None) -> None:
        session, plan = self.session, self._known.plan
        if origin is not self._known.session:
            session.begin(origin.answers, kept=origin.answers if origin.on_disk else None, own=origin.draft)
        if session.before is None and origin.about:
            session.before = origin.answers if plan is None else plan.answers
        if answers is not None:
            session.replace_answers(answers)
        await self.host.go(key or self._last_answered(), place)

    def _last_answered(self) -> str:
        """The step to continue with: the last one that has an answer."""
        answered = [step.key for step in steps() if step.fields and step.key in self.session.visited]
        return answered[-1] if answered else steps()[0].key


def _ending(path: str) -> str:
    """The path; of one that is too long for its line the end, which tells more."""
    return path if len(path) <= _LONGEST_PATH else f"…{path[1 - _LONGEST_PATH :]}"


def _option(key: str, word: str, text: str) -> Option:
    return Option(Content.assemble((f"{word:<9}", "bold"), text), id=key)


def _failed(text: str) -> str:
    return f"✗ {printable(text)}"
