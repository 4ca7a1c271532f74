"""The review: everything that is missing, wrong or found, and how the files differ from the existing ones."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rules import find_rules
from rules.command import explanation
from rules.report import Style
from rules.text import counted
from wizard.questions.review import Changes, Item, ItemKind, blocked, changes, items, summary
from wizard.questions.session import step_of
from wizard.tui.dialogs.reason import ReasonDialog
from wizard.tui.reading.diff import Diff
from wizard.tui.screens.base import FramedScreen
from wizard.tui.textual_private import KeysFooter
from wizard.tui.widgets.what_if import WhatIf

_SYMBOLS = {
    ItemKind.MISSING: "○",
    ItemKind.WRONG: "✗",
    ItemKind.ERROR: "✗",
    ItemKind.OVERRIDDEN: "~",
    ItemKind.WARNING: "!",
    ItemKind.INFO: "-",
}
_STYLES = {
    ItemKind.MISSING: "$text-warning",
    ItemKind.WRONG: "$text-error",
    ItemKind.ERROR: "$text-error",
    ItemKind.OVERRIDDEN: "$text-muted",
    ItemKind.WARNING: "$text-warning",
    ItemKind.INFO: "$text-muted",
}
_WIDTH = max(map(len, ItemKind))
CONTINUE = "continue"


class ReviewScreen(FramedScreen):
    """Enter leads from an item to its field, and from the last line to the write screen."""

    STEP: ClassVar[str] = "review"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "why", "explain", id="review.explain"),
        Binding("o", "override", "override", id="review.override"),
        Binding("f4", "diff", "diff", id="review.diff", key_display="F4"),
        Binding("ctrl+t", "diff", "diff", id="review.diff", show=False),
        Binding("f2", "app.findings", "findings", id="review.findings", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ReviewScreen > Static { padding: 0 1; height: auto; }
    ReviewScreen #items { height: auto; min-height: 2; max-height: 1fr; border: none; padding: 0 1; }
    ReviewScreen #what-if { height: 1fr; min-height: 4; border-top: dashed $panel; }
    ReviewScreen #what-if OptionList { height: 1fr; }
    ReviewScreen #detail { max-height: 6; border-top: solid $panel; }
    ReviewScreen #files { max-height: 4; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.items: tuple[Item, ...] = ()
        self.changes = Changes()

    def compose(self) -> ComposeResult:
        """The items, what to do about the one under the cursor, and the state of the files."""
        yield from self.head()
        yield OptionList(id="items", markup=False)
        yield WhatIf(id="what-if")
        yield Static(id="detail", markup=False)
        yield Static(id="files", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        """Show what is known."""
        self._fill()
        self.query_one("#items").focus()

    def judged(self) -> None:
        """Show what the answers amount to."""
        self._fill()
        self.query_one(WhatIf).look()

    def on_screen_resume(self) -> None:
        """A file may have changed while another screen was shown."""
        self._look()

    def _fill(self) -> None:
        session, options = self.session, self.query_one("#items", OptionList)
        before = self._item()
        self.items = items(session.outcome, session.overrides)
        shown = [Option(_prompt(item), id=str(number)) for number, item in enumerate(self.items)]
        options.set_options([*shown, Option(self._last_line(), id=CONTINUE)])
        blocking = next((number for number, item in enumerate(self.items) if item.kind.blocks), len(self.items))
        options.highlighted = self.items.index(before) if before in self.items else blocking
        self._look()

    def _last_line(self) -> Content:
        session = self.session
        if not session.is_judged:
            return Content("… the answers are being checked")
        if words := blocked(session.outcome, session.overrides):
            return Content.assemble(("✗ nothing can be written yet", "bold"), f": {words}")
        found = (
            "nothing was found" if not self.items else f"{counted(len(self.items), 'remark')}, none of them blocking"
        )
        return Content.assemble(("▸ Continue: write the files", "bold"), f"   ({found})")

    def _item(self) -> Item | None:
        """The item under the cursor."""
        option = self.query_one("#items", OptionList).highlighted_option
        return None if option is None or option.id in (None, CONTINUE) else self.items[int(option.id or 0)]

    def on_option_list_option_highlighted(self, _event: OptionList.OptionHighlighted) -> None:
        """Say what to do about the item."""
        item = self._item()
        self.query_one("#detail", Static).update(Content(_detail(item) if item else ""))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go where the item can be fixed."""
        session = self.session
        if event.option.id == CONTINUE:
            first = next((item for item in self.items if item.kind.blocks), None)
            if not blocked(session.outcome, session.overrides):
                self.leave_for("write")
            elif first is not None:
                self._jump(first)
            return
        item = self._item()
        if item is not None:
            self._jump(item)

    def _jump(self, item: Item) -> None:
        step = step_of(item.place) if item.place is not None else None
        if step is None:
            self.notify("this is not about a single answer; press e for an explanation", markup=False)
        else:
            self.leave_for(step.key, item.place)

    async def action_why(self) -> None:
        """Explain the rule of the finding under the cursor."""
        item = self._item()
        if item is None or item.finding is None:
            self.notify("only findings of the linter can be explained", markup=False)
            return
        self.host.show_page(item.finding.code, await asyncio.to_thread(_explained, item.finding.code))

    def action_override(self) -> None:
        """Accept the errors of this rule, with a reason; or undo that."""
        item, overrides = self._item(), self.session.overrides
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

    def action_diff(self) -> None:
        """Show what writing would change."""
        where = f"what writing would change in {self.session.directory}"
        body = "\n".join(self.changes.problems) if self.changes.problems else Diff(self.changes.diffs)
        self.host.show_page(where, body)

    @work(group="changes", exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        session = self.session
        self.changes = await asyncio.to_thread(changes, session.outcome, session.directory, session.overrides)
        words = "; ".join(self.changes.problems) or self.changes.counts()
        text = f"Files: {summary(session.outcome)}" + (f"\n{words}   (F4 diff)" if words else "")
        self.query_one("#files", Static).update(Content(text))


def _prompt(item: Item) -> Content:
    return Content.assemble((f"{_SYMBOLS[item.kind]} {item.kind.value:<{_WIDTH}}", _STYLES[item.kind]), " ", item.text)


def _detail(item: Item) -> str:
    keys = [
        "Enter: to the field" if item.place else "",
        "e: why" if item.finding else "",
        "o: write anyway" if item.kind is ItemKind.ERROR else "",
        "o: undo the override" if item.kind is ItemKind.OVERRIDDEN else "",
    ]
    return "\n".join(filter(None, [item.more, "   ".join(filter(None, keys))]))


def _explained(code: str) -> str:
    return explanation(find_rules(code)[0], Style())
