"""The rehearsal of the files as they would be written: how far it is, the verdicts, and the times of each event."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, ProgressBar, Static
from textual.widgets.option_list import Option

from rules.report import printable
from wizard.rehearsal.apart.messages import Ended, EventSeen, Finished, Message, Playing, Refused
from wizard.rehearsal.apart.process import Apart
from wizard.tui.copying import of_help
from wizard.tui.host import host_of
from wizard.tui.reading.search import SearchedList
from wizard.tui.textual_private import KeysFooter

TITLE = "Rehearsal: every failure, with the real haproxy and keepalived"
INTRO = """\
Each machine becomes a network namespace here, with its own addresses and these very files; clients connect through the
VIP ten times a second while things fail. Nothing leaves this machine, and nothing stays on it."""


class RehearsedPart(NamedTuple):
    """What may be played: words for the user, and those that choose the events."""

    words: str
    events: tuple[str, ...]


PARTS = (
    RehearsedPart("Everything: each failure alone, reloads, servers   (about two minutes)", ()),
    RehearsedPart("The main failures: haproxy killed, power lost      (half a minute)", ("haproxy", "power")),
)
_WIDEST = 100  # columns of the report
_COLUMNS = (("no owner", 10), ("predicted", 12), ("failed", 10))
_SHORTER = {"until repaired": "lasts"}
_STYLES = {"green": "$text-success", "yellow": "$text-warning", "red": "$text-error"}


class RehearsalScreen(ModalScreen[None]):
    """It plays as long as it is shown: Esc or Ctrl+C ends it, and it closes when everything is removed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "end", id="rehearsal.leave", key_display="Esc"),
        Binding("r", "report", "whole report", id="rehearsal.report"),
        Binding("c", "copy", "copy", id="rehearsal.copy", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    RehearsalScreen > Vertical { background: $surface; }
    RehearsalScreen Static { padding: 0 1; height: auto; }
    RehearsalScreen #rehearsal-title { text-style: bold; background: $panel; }
    RehearsalScreen ProgressBar { width: 100%; height: 1; padding: 0 1; }
    RehearsalScreen ProgressBar Bar { width: 1fr; }
    RehearsalScreen #columns { color: $text-muted; text-wrap: nowrap; }
    RehearsalScreen SearchedList { height: 1fr; }
    RehearsalScreen #events { height: 1fr; border: none; padding: 0 1; background: $surface; }
    RehearsalScreen #times { height: auto; max-height: 45%; border-top: solid $panel; scrollbar-size-vertical: 1; }
    """

    def __init__(self, files: Mapping[str, tuple[str, int]]) -> None:
        """`files`: text and mode by path, halb.toml among them."""
        super().__init__()
        self.last: Message | None = None
        self._files = files
        self._apart: Apart | None = None
        self._seen: list[EventSeen] = []
        self._leaving = False

    def compose(self) -> ComposeResult:
        """What it is, how far it is, the events, the times of the one under the cursor, the keys."""
        with Vertical():
            yield Static(TITLE, markup=False, id="rehearsal-title")
            yield ProgressBar(show_eta=False)
            yield Static(INTRO.replace("\n", " "), markup=False, id="state")
            yield Static(markup=False, id="columns")
            options = (Option(part.words, id=f"part-{number}") for number, part in enumerate(PARTS))
            yield SearchedList(OptionList(*options, markup=False, id="events"))
            with VerticalScroll(id="times", can_focus=False):
                yield Static(markup=False)
            yield KeysFooter()

    def on_mount(self) -> None:
        """Let the user choose what is played."""
        self.query_one("#times").display = False
        self.query_one(ProgressBar).display = False
        self.query_one(OptionList).focus()

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self._fill()

    @property
    def is_playing(self) -> bool:
        """Whether something is played, or being removed."""
        return self._apart is not None and not isinstance(self.last, Finished | Refused | Ended)

    @work(group="rehearsal", exclusive=True, exit_on_error=False)
    async def _play(self, part: RehearsedPart) -> None:
        self._apart = Apart(self._files, min(self.app.size.width - 4, _WIDEST), part.events)
        self.query_one(OptionList).clear_options()
        self._say(Content("… the daemons are looked for"))
        async with aclosing(self._apart.messages()) as messages:
            async for message in messages:
                self.take(message)
        if self._leaving:
            self.dismiss()

    def take(self, message: Message) -> None:
        """Show what the program says."""
        self.last = message
        bar = self.query_one(ProgressBar)
        bar.display = isinstance(message, Playing | EventSeen)
        if isinstance(message, Playing):
            bar.update(total=message.total, progress=message.done)
            left = f", about {message.left:.0f} s left" if message.done else ""
            self._say(Content(printable(f"{message.done} of {message.total}{left}: {message.now}")))
        elif isinstance(message, EventSeen):
            self._seen.append(message)
            self._fill()
        elif isinstance(message, Finished):
            self._finish(message)
        elif isinstance(message, Refused):
            self.query_one(OptionList).clear_options()
            self._say(
                Content.assemble(("✗ this can't be rehearsed here", "bold $text-error"), *_lines(message.reasons))
            )
        elif isinstance(message, Ended):
            self._say(Content("ended; everything that it made is removed"))

    def _finish(self, message: Finished) -> None:
        """Show all events in their order, the cursor on the first one that went wrong."""
        self._seen.sort(key=lambda seen: message.order.index(seen.event))
        self._fill()
        wrong = (number for number, seen in enumerate(self._seen) if not seen.good)
        self.query_one(OptionList).highlighted = next(wrong, 0)
        self._say(Content.styled(message.summary, "$text-success" if message.passed else "$text-error"))

    def _say(self, words: Content) -> None:
        if not self._leaving:
            self.query_one("#state", Static).update(words)

    def _fill(self) -> None:
        if not self.is_mounted or not self._seen:
            return
        options = self.query_one(OptionList)
        width = max(self.size.width, 40) - 4
        name = width - sum(columns for _, columns in _COLUMNS) - 2
        at = options.highlighted
        chosen = options.highlighted_option.id if options.highlighted_option else None
        head = "".join(set_cell_size(word, columns) for word, columns in _COLUMNS)
        self.query_one("#columns", Static).update(Content(" " * (name + 2) + head))
        follows = at in (None, options.option_count - 1)  # as a log does, until somebody moves the cursor up
        options.set_options(Option(_row(seen, name), id=seen.event) for seen in self._seen)
        ids = [seen.event for seen in self._seen]
        options.highlighted = len(ids) - 1 if follows or chosen not in ids else ids.index(chosen)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the times of the event under the cursor."""
        if seen := self._event(event.option.id):
            times = self.query_one("#times")
            times.display = True
            self.query_one("#times > Static", Static).update(Content(seen.text))
            times.scroll_home(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Begin with the part that was chosen; or show an event's times over the whole screen."""
        key = event.option.id or ""
        if key.startswith("part-"):
            self._play(PARTS[event.option_index])
        elif seen := self._event(key):
            host_of(self).show_page(seen.words, seen.text)

    def _event(self, name: str | None) -> EventSeen | None:
        return next((seen for seen in self._seen if seen.event == name), None)

    def action_report(self) -> None:
        """Show the whole report."""
        if isinstance(self.last, Finished):
            host_of(self).show_page("the rehearsal's report", self.last.report)
        else:
            self.notify("the whole report is there when every event is over")

    def action_copy(self) -> None:
        """Copy the command that installs what is missing."""
        reasons = self.last.reasons if isinstance(self.last, Refused) else ()
        if line := next((line for line in reasons if "'" in line), ""):
            host_of(self).copy(of_help(line))
        else:
            self.notify("there is no command to copy")

    def on_key(self, event: events.Key) -> None:
        """Ctrl+C ends it as well, as in a shell; where text is selected, it copies that."""
        if event.key == "ctrl+c":
            event.stop()
            self.action_leave()

    def action_leave(self) -> None:
        """End what is played, if something is, and close when everything is removed."""
        if self._apart is None or not self.is_playing:
            self.dismiss()
            return
        self._say(Content("… ending, and removing everything"))
        self._leaving = True
        self._apart.end()


def _row(seen: EventSeen, width: int) -> Content:
    words = printable(seen.words)
    name = set_cell_size(words, width - 2) + "… " if cell_len(words) > width - 1 else set_cell_size(words, width)
    cells = zip((seen.measured, seen.predicted, seen.failed), _COLUMNS, strict=True)
    rest = "".join(set_cell_size(_SHORTER.get(cell, cell), columns) for cell, (_, columns) in cells)
    return Content.assemble((seen.sign, _STYLES[seen.colour]), " ", name, rest)


def _lines(reasons: tuple[str, ...]) -> list[str]:
    return [f"\n  {printable(reason)}" for reason in reasons]
