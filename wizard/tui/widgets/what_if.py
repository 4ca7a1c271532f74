"""What happens if something fails: the failover table as a list, and what another answer would change."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rules.report import printable
from wizard.questions.answers import Answers, Place
from wizard.questions.session import Judgement
from wizard.questions.what_if import Lines, Otherwise, OutcomeLine, explained, lines_of_files, otherwise
from wizard.tui.host import host_of

TITLE = "What happens if…"
_NONE = "○ shown once the answers are complete (F2 lists what is missing)"
_OUTAGE = 16  # columns, for `until repaired`
_ASKING = "… being worked out"
_STYLES = {"✓": "$text-success", "=": "$text-success", "~": "$text-warning", "?": "$text-warning", "✗": "$text-error"}
_LEGEND = {
    "✓": "as it should be",
    "=": "the VIP stays",
    "~": "no VRRP set-up avoids it",
    "?": "not known",
    "✗": "to be mended",
}


class _Comparison(NamedTuple):
    """The lines for the files, and those for the other choice."""

    lines: Lines
    other: Otherwise | None


class WhatIf(Vertical):
    """The list. Enter, e or a click on a line explains it; `compare` shows the other choice for an answer beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "explain_line", "explain", id="what-if.explain"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    WhatIf { height: auto; }
    WhatIf > Static { height: 1; padding: 0 1; }
    WhatIf > .legend { height: auto; color: $text-muted; }
    WhatIf > OptionList, WhatIf > OptionList:focus {
        height: auto; border: none; padding: 0; background: transparent;
    }
    """

    class Shown(Message):
        """Other lines are shown."""

    class Ready(Message, bubble=False):
        """The lines are there."""

        def __init__(self, look: int, found: _Comparison) -> None:
            super().__init__()
            self.look = look
            self.found = found

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in every widget
        super().__init__(id=id)
        self._found = _Comparison(Lines(), None)
        self._place: Place | None = None
        self._looks = 0

    def compose(self) -> ComposeResult:
        """The head of the columns, and the list."""
        yield Static(markup=False)
        yield OptionList(markup=False)
        yield Static(markup=False, classes="legend")

    def on_mount(self) -> None:
        """Show what is known."""
        self._fill()
        self.look()

    def on_resize(self, _event: events.Resize) -> None:
        """Fit the columns to the new width."""
        self._fill()

    @property
    def lines(self) -> tuple[OutcomeLine, ...]:
        """The lines that are shown."""
        return self._found.lines.lines

    @property
    def found(self) -> Lines:
        """The lines that are shown, and why there are none."""
        return self._found.lines

    @property
    def note(self) -> str:
        """Why there are no lines."""
        session = host_of(self).session
        waits = not session.is_judged or bool(session.outcome.files)
        return self._found.lines.note or (_ASKING if waits else _NONE)

    def compare(self, place: Place | None) -> None:
        """Show the other choice for an answer beside the list; None removes it."""
        if place != self._place:
            self._place = place
            self.look()

    def look(self) -> None:
        """Work out what happens with the last rendered files, in a thread."""
        session = host_of(self).session
        self._looks += 1
        work = partial(self._look, self._looks, session.outcome, session.answers, self._place)
        self.run_worker(work, thread=True, exclusive=True, group="what-if", exit_on_error=False)

    def _look(self, look: int, outcome: Judgement, answers: Answers, place: Place | None) -> None:
        lines = lines_of_files(outcome.files)
        self.post_message(self.Ready(look, _Comparison(lines, otherwise(answers, place) if lines.lines else None)))

    def on_what_if_ready(self, message: Ready) -> None:
        """Show the lines, unless they are out of date."""
        if message.look == self._looks:
            self._found = message.found
            self._fill()
            self.post_message(self.Shown())

    def _fill(self) -> None:
        if not self.is_mounted:
            return
        lines, other = self._found
        options = self.query_one(OptionList)
        chosen = options.highlighted
        options.clear_options()
        self.query_one(".legend", Static).update(legend(lines, other))
        if not lines.lines:
            self.query_one(Static).update(Content(TITLE))
            options.add_option(Option(Content(f" {self.note}")))
            return
        width = max(self.size.width, 40) - 2
        if other is not None:
            lines = lines._replace(lines=_differing_first(lines.lines, other))
            self._found = _Comparison(lines, other)
        head, rows = _compared(lines, other, width) if other else table(lines, width)
        self.query_one(Static).update(head)
        options.add_options(Option(row) for row in rows)
        options.highlighted = min(chosen or 0, len(rows) - 1)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Explain the line."""
        event.stop()
        self.explain(event.option_index)

    def action_explain_line(self) -> None:
        """Explain the line under the cursor."""
        at = self.query_one(OptionList).highlighted
        if at is not None:
            self.explain(at)

    def explain(self, index: int) -> None:
        """Show a line in full on a page, and what could be done about it."""
        if index < len(self.lines):
            line = self.lines[index]
            body = "\n".join(map(printable, explained(line).split("\n")))
            host_of(self).show_page(printable(f"If {line.event}"), body)


def legend(lines: Lines, other: Otherwise | None = None) -> Content:
    """What the signs of these lines mean; those that occur alone, so that no ✗ stands where nothing is to be mended."""
    every = [*lines.lines, *(other.lines.lines if other else ())]
    found = {line.symbol for line in every}
    parts = [Content.assemble((sign, _STYLES[sign]), f" {words}") for sign, words in _LEGEND.items() if sign in found]
    return Content("   ").join(parts)


def table(lines: Lines, width: int) -> tuple[Content, list[Content]]:
    """Head and rows with owner and outage, in so many columns."""
    change = min(max((cell_len(line.change) for line in lines.lines), default=0) + 2, width // 2)
    change = max(change, len("owner") + 2)
    event = width - change - _OUTAGE - 3
    head = f"{TITLE:<{event + 2}}{'owner':<{change}}{'outage':<{_OUTAGE}}"
    rows = [
        Content.assemble(
            (f" {line.symbol} ", _STYLES[line.symbol]),
            _cell(line.event, event),
            _cell(line.change, change),
            line.outage,
        )
        for line in lines.lines
    ]
    return Content(head), rows


def _compared(lines: Lines, other: Otherwise, width: int) -> tuple[Content, list[Content]]:
    """Head and rows with what happens as chosen, and with the other choice."""
    column = (width - 3) // 3
    event = width - 3 - 2 * column
    found = {line.events: line for line in other.lines.lines}
    head = f"{TITLE:<{event + 1}}{f'{other.chosen} (chosen)':<{column}}{other.other:<{column}}"
    rows = []
    for line in lines.lines:
        second = found.get(line.events)
        differs = _differ(line, second)
        rows.append(
            Content.assemble(
                " ",
                _cell(line.event, event),
                *_outcome(line, column),
                *(_outcome(second, column) if second and differs else [("the same", "$text-muted")]),
            )
        )
    return Content(head), rows


def _differ(line: OutcomeLine, other: OutcomeLine | None) -> bool:
    return other is None or (other.verdict, other.change, other.outage) != (line.verdict, line.change, line.outage)


def _differing_first(lines: tuple[OutcomeLine, ...], other: Otherwise) -> tuple[OutcomeLine, ...]:
    """The lines: first those with another verdict or owner, then those with another outage, then the rest."""
    found = {line.events: line for line in other.lines.lines}

    def rank(line: OutcomeLine) -> int:
        second = found.get(line.events)
        if second is not None and (second.verdict, second.change) == (line.verdict, line.change):
            return 1 if _differ(line, second) else 2
        return 0

    return tuple(sorted(lines, key=rank))


def _outcome(line: OutcomeLine, width: int) -> list[tuple[str, str] | str]:
    after = line.change.rpartition("→ ")[2]
    # No comma: "no node until repaired" just fits into half of 80 columns.
    return [(f"{line.symbol} ", _STYLES[line.symbol]), _cell(f"{after} {line.outage}", width - 2)]


def _cell(text: str, width: int) -> str:
    """The text in a column of this width; what does not fit ends in an ellipsis."""
    text = printable(text)
    if cell_len(text) >= width:
        text = set_cell_size(text, max(width - 2, 1)).rstrip() + "…"
    return set_cell_size(text, width)
