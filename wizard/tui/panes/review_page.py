"""The review's page: one list with the plan, the cluster, what was found, the files, and what happens if."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from rules.text import counted
from wizard.probes.seen import SeenCluster
from wizard.questions.overview import PlanLine, overview
from wizard.questions.review import Changes, Item, ItemKind, blocked, items, summary
from wizard.tui.panes.aside import plan_line
from wizard.tui.session import Session
from wizard.tui.widgets.findings import SYMBOLS
from wizard.tui.widgets.topology import draw
from wizard.tui.widgets.what_if import WhatIf, legend, table

CONTINUE, FILES, REHEARSE = "continue", "files", "rehearse"
Line = str | int | PlanLine | Item
"""What a line is about: `CONTINUE`, `FILES`, `REHEARSE`, the index of a failure, a step's answers, or a finding."""

_STYLES = {
    ItemKind.MISSING: "$text-muted",
    ItemKind.WRONG: "$text-error",
    ItemKind.ERROR: "$text-error",
    ItemKind.OVERRIDDEN: "$text-muted",
    ItemKind.WARNING: "$text-warning",
    ItemKind.INFO: "$text-muted",
}
_WIDTH = max(map(len, ItemKind))
_REHEARSE = "▸ Rehearse them: every failure, with the real haproxy and keepalived   (r)"


class ReviewPage(OptionList):
    """The list. Lines that lead nowhere, such as the picture, are passed over by the cursor."""

    WIDE: ClassVar[int] = 120
    """Columns from which the picture and the table stand beside the page."""

    def __init__(self) -> None:
        super().__init__(id="items", markup=False)
        self._about: dict[str, Line] = {}
        self._blocking: Item | None = None

    def show(self, session: Session, changes: Changes, seen: SeenCluster | None, failures: WhatIf | None) -> None:
        """Show the state of a session; `failures` is the table, None where it stands elsewhere.

        The cursor stays on its line, or else on the first one.
        """
        before = self.highlighted_option.id if self.highlighted_option else CONTINUE
        top = self.scroll_offset.y
        self._about = {CONTINUE: CONTINUE}
        found = items(session.outcome, session.overrides)
        self._blocking = next((item for item in found if item.kind.blocks), None)
        width = max(self.content_size.width or self.app.size.width, 40) - 3
        options = [Option(_first_line(session, found), id=CONTINUE)]
        for line in overview(session.outcome, session.answers):
            options.append(self._option(f"plan-{line.key}", line, plan_line(line, width)))
        if failures is not None and (drawn := draw(session.answers, width, seen)):
            options += map(_shown, (_head("The cluster", width), *drawn))
        options.append(_shown(_head("Missing, wrong or found", width)))
        for number, item in enumerate(found):
            options.append(self._option(f"item-{number}", item, _prompt(item)))
        if not found:
            options.append(_shown(Content.styled("✓ nothing", "$text-success")))
        options.append(_shown(_head("The files", width)))
        options.append(self._option(FILES, FILES, _files(session, changes)))
        if session.is_judged and session.outcome.files:
            options.append(self._option(REHEARSE, REHEARSE, Content(_REHEARSE)))
        if failures is not None:
            options += self._failures(failures, width)
        self.set_options(options)
        self.highlighted = next((at for at, one in enumerate(options) if one.id == before), 0)
        self.scroll_to(y=top, animate=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """On the last line that the cursor reaches, show what stands below it too."""
        if all(option.disabled for option in self.options[event.option_index + 1 :]):
            self.call_after_refresh(self.scroll_end, animate=False)

    def _failures(self, failures: WhatIf, width: int) -> Iterator[Option]:
        lines = failures.found
        if not lines.lines:
            yield _shown(_head("What happens if…", width))
            yield _shown(Content(failures.note))
            return
        head, rows = table(lines, width)
        yield _shown(Content.styled("─" * width, "$text-muted"))
        yield _shown(Content.assemble(" ", head.stylize("bold")))
        for number, row in enumerate(rows):
            yield self._option(f"event-{number}", number, row)
        yield _shown(legend(lines))

    def _option(self, key: str, line: Line, words: Content) -> Option:
        self._about[key] = line
        return Option(words, id=key)

    def at(self, key: str | None) -> Line | None:
        """What the line with this key is about."""
        return self._about.get(key or "")

    def line(self) -> Line | None:
        """What the line under the cursor is about."""
        return self.at(self.highlighted_option.id) if self.highlighted_option else None

    def item(self) -> Item | None:
        """What was found in the line under the cursor; in the first line, what blocks the writing."""
        line = self.line()
        return line if isinstance(line, Item) else self._blocking if line == CONTINUE else None

    def detail(self) -> str:
        """What to do about the line under the cursor, and its keys."""
        line, item = self.line(), self.item()
        if item is not None:
            keys = [
                "Enter: to the field" if item.place else "",
                "e: why" if item.finding else "",
                "o: write anyway" if item.kind is ItemKind.ERROR else "",
                "o: undo the override" if item.kind is ItemKind.OVERRIDDEN else "",
                "c: copy what to type" if item.more and item.finding else "",
            ]
            return "\n".join(filter(None, [item.more, "   ".join(filter(None, keys))]))
        if line == CONTINUE:
            return "Enter: to the page that writes   ↓: the plan, what was found, the files"
        if line == FILES:
            return "Enter, F4: what writing would change   F3: the files"
        if line == REHEARSE:
            return (
                "Enter, r: plays them in network namespaces of this machine, and shows what each failure costs beside "
                "what is predicted; nothing leaves the machine"
            )
        if isinstance(line, PlanLine):
            return "Enter: to this step"
        return "Enter, e: why, and what to do about it" if isinstance(line, int) else ""


def _shown(words: Content) -> Option:
    return Option(words, disabled=True)


def _head(words: str, width: int) -> Content:
    return Content.assemble(
        ("─ ", "$text-muted"), (words, "bold"), (f" {'─' * max(width - len(words) - 3, 0)}", "$text-muted")
    )


def _first_line(session: Session, found: tuple[Item, ...]) -> Content:
    if not session.is_judged:
        return Content("… the answers are being checked")
    if words := blocked(session.outcome, session.overrides):
        return Content.assemble(("✗ nothing can be written yet", "bold"), f": {words}")
    remarks = "nothing was found" if not found else f"{counted(len(found), 'remark')}, none of them blocking"
    return Content.assemble(("▸ Continue: write the files", "bold"), f"   ({remarks})")


def _prompt(item: Item) -> Content:
    return Content.assemble((f"{SYMBOLS[item.kind]} {item.kind.value:<{_WIDTH}}", _STYLES[item.kind]), " ", item.text)


def _files(session: Session, changes: Changes) -> Content:
    words = "; ".join(changes.problems) or changes.counts()
    return Content(f"{summary(session.outcome)}" + (f" · {words}   (F4 diff)" if words else ""))
