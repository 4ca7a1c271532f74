"""The review: the plan, the cluster, what was found, the files, and what happens if something fails, as one page."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from rules import find_rules
from rules.command import explanation
from rules.report import Style
from wizard.probes.looking import look
from wizard.probes.seen import SeenCluster, seen
from wizard.questions.overview import PlanLine
from wizard.questions.review import Changes, Item, ItemKind, blockers, changes, tree
from wizard.questions.session import step_of
from wizard.tui.copying import of_help
from wizard.tui.dialogs.reason import ReasonDialog
from wizard.tui.panes.review_page import CONTINUE, FILES, REHEARSE, ReviewPage
from wizard.tui.reading.search import SearchedList
from wizard.tui.screens.base import FramedScreen
from wizard.tui.textual_private import KeysFooter
from wizard.tui.widgets.topology import Topology
from wizard.tui.widgets.what_if import WhatIf


class ReviewScreen(FramedScreen):
    """Enter leads from a line to its step or field, and from the first one to the write screen.

    In 120 columns the picture of the cluster and the table of failures stand beside the page.
    """

    STEP: ClassVar[str] = "review"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "why", "explain", id="review.explain"),
        Binding("o", "override", "override", id="review.override"),
        Binding("f4", "app.diff", "diff", id="review.diff", key_display="F4"),
        Binding("ctrl+t", "app.diff", "diff", id="review.diff", show=False),
        Binding("f5,ctrl+y", "look", "ask again", id="review.look", show=False),
        Binding("r", "rehearse", "rehearse", id="review.rehearse", show=False),
        Binding("c", "copy", "copy", id="review.copy", show=False),
        Binding("f2", "app.findings", "findings", id="review.findings", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ReviewScreen > Static { padding: 0 1; height: auto; }
    ReviewScreen #columns { height: 1fr; }
    ReviewScreen SearchedList { width: 1fr; }
    ReviewScreen #items { height: 1fr; border: none; padding: 0 1; }
    ReviewScreen #items > .option-list--option-disabled { color: $foreground; text-style: none; }
    ReviewScreen #beside { display: none; width: 50%; border-left: solid $panel; }
    ReviewScreen.-wide #beside { display: block; }
    ReviewScreen #beside Topology { border-top: none; max-height: 40%; }
    ReviewScreen #what-if { height: 1fr; border-top: dashed $panel; }
    ReviewScreen #what-if OptionList { height: auto; max-height: 1fr; }
    ReviewScreen #detail { max-height: 5; border-top: solid $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.changes = Changes()
        self.seen: SeenCluster | None = None
        self._page = ReviewPage()

    def compose(self) -> ComposeResult:
        """The page, what stands beside it, and what to do about the line under the cursor."""
        yield from self.head()
        with Horizontal(id="columns"):
            yield SearchedList(self._page)
            with Vertical(id="beside"):
                yield Topology(self.session.answers)
                yield WhatIf(id="what-if")
        yield Static(id="detail", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        """Show what is known."""
        self._fill()
        self._page.focus()

    def judged(self) -> None:
        """Show what the answers amount to."""
        self._fill()
        self.query_one(WhatIf).look()
        self._look_at_files()
        self.action_look()

    def on_screen_resume(self) -> None:
        """A file may have changed while another screen was shown, and so may the network."""
        self._look_at_files()
        self.action_look()

    def on_resize(self) -> None:
        """Show the picture and the table on the page, or beside it."""
        self.call_after_refresh(self._fill)

    def on_what_if_shown(self) -> None:
        """The table has other lines."""
        self._fill()

    def _fill(self) -> None:
        whole = self.app.size.width < self._page.WIDE
        table = self.query_one(WhatIf)
        self._page.show(self.session, self.changes, self.seen, table if whole else None)
        self.query_one(Topology).show(self.session.answers, self.seen)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what to do about the line."""
        if event.option_list is self._page:
            self.query_one("#detail", Static).update(Content(self._page.detail()))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go where the line leads."""
        line = self._page.at(event.option.id)
        if line == CONTINUE:
            self.host.when_judged(self._continue)
        elif line == FILES:
            self.host.action_diff()
        elif line == REHEARSE:
            self.action_rehearse()
        elif isinstance(line, PlanLine):
            self.leave_for(line.key, line.place)
        elif isinstance(line, int):
            self.query_one(WhatIf).explain(line)
        elif item := self._page.item():
            self._jump(item)

    def _continue(self) -> None:
        """Go to the page that writes, or to what is in the way of that."""
        if first := next(iter(blockers(self.session.outcome, self.session.overrides)), None):
            self._jump(first)
        elif self.session.outcome.files:
            self.leave_for("write")

    def _jump(self, item: Item) -> None:
        step = step_of(item.place) if item.place is not None else None
        if step is None:
            self.notify("this is not about a single answer; press e for an explanation", markup=False)
        else:
            self.leave_for(step.key, item.place)

    async def action_why(self) -> None:
        """Explain the line under the cursor: a rule, or what happens if something fails."""
        line, item = self._page.line(), self._page.item()
        if isinstance(line, int):
            self.query_one(WhatIf).explain(line)
        elif item is not None and item.finding is not None:
            code = item.finding.code
            self.host.show_page(code, await asyncio.to_thread(rule_explained, code, self.app.size.width))
        else:
            self.notify("only findings of the linter and failures can be explained", markup=False)

    def action_override(self) -> None:
        """Accept the errors of this rule, with a reason; or undo that."""
        item, overrides = self._page.item(), self.session.overrides
        if item is None or item.finding is None or item.kind not in (ItemKind.ERROR, ItemKind.OVERRIDDEN):
            self.notify("only errors can be overridden: wrong answers must be corrected, and the rest blocks nothing")
            return
        code = item.finding.code
        if overrides.pop(code, None) is not None:
            self._fill()
            return

        def keep(reason: str | None) -> None:
            if reason is not None:
                overrides[code] = reason
                self._fill()

        self.app.push_screen(ReasonDialog(code, item.text), keep)

    def action_rehearse(self) -> None:
        """Play every failure with the files as they would be written."""
        self.host.when_judged(self._rehearse)

    async def _rehearse(self) -> None:
        from wizard.tui.screens.rehearsal import RehearsalScreen

        session = self.session
        files = await asyncio.to_thread(tree, session.outcome, session.directory, session.overrides)
        if files:
            self.app.push_screen(RehearsalScreen(files))
        else:
            self.notify("only files can be rehearsed: answer first what is missing (F2 lists it)", markup=False)

    def action_copy(self) -> None:
        """Copy what the line under the cursor says to type, or its text."""
        item = self._page.item()
        if item is not None and item.more:
            self.host.copy(of_help(item.more))
        else:
            self.notify("only findings that say what to type can be copied", markup=False)

    @work(group="changes", exclusive=True, exit_on_error=False)
    async def _look_at_files(self) -> None:
        session = self.session
        self.changes = await asyncio.to_thread(changes, session.outcome, session.directory, session.overrides)
        self._fill()

    def action_look(self) -> None:
        """Ask the network who answers, and who has the VIP, if it may be asked and the answers are complete."""
        if not self.session.offline and self.session.outcome.files and self.session.is_judged:
            self._look_at_network()

    @work(group="network", exclusive=True, exit_on_error=False)
    async def _look_at_network(self) -> None:
        session = self.session
        try:
            view = await look(session.answers, session.outcome.files, session.resolvers)
        except Exception:  # the picture without marks says as much
            return
        self.seen = await asyncio.to_thread(seen, view)
        self._fill()


def rule_explained(code: str, columns: int) -> str:
    """What a rule means, for a page on a screen of so many columns: its lines are not wrapped once more there."""
    return explanation(find_rules(code)[0], Style(width=min(columns - 4, 100)))
