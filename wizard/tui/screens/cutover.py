"""The cutover, live: name servers and machines are asked every few seconds, and the screen says what to do next."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rules.live import LiveView
from rules.plan import ClusterError, Phase
from rules.report import Style, printable
from rules.text import clipped
from wizard.probes.ask import name_servers
from wizard.probes.phases import Watched, in_phase, phase_due, watched
from wizard.tui.screens.base import FramedScreen
from wizard.tui.textual_private import KeysFooter
from wizard.verify.checklist import checklist
from wizard.verify.display import aged
from wizard.verify.report.text import text

PAUSE = 5.0  # seconds between two rounds of questions
TIMEOUT = 3.0  # seconds that one round may take
_TICK = 1.0  # countdowns are in whole seconds

_STYLES = {
    "ok": "$text-success",
    "warn": "$text-warning",
    "fail": "bold $text-error",
    "wait": "$text-accent",
    "skip": "$text-muted",
}
# The status is at the beginning of a step's line, and five columns into the lines below it.
_STATUS = re.compile(rf"( {{5}}|)({'|'.join(_STYLES)})( +.*)")


class CutoverScreen(FramedScreen):
    """The checklist of the phase that is due. It keeps asking while it is shown, and changes nothing."""

    STEP: ClassVar[str] = "cutover"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "ask_now", "ask now", id="cutover.ask", key_display="F5"),
        Binding("ctrl+y", "ask_now", "ask now", id="cutover.ask", show=False),
        Binding("p", "other_phase", "other phase", id="cutover.phase"),
        Binding("f2", "app.findings", "findings", id="cutover.findings", show=False),
        Binding("f3", "app.preview", "preview", id="cutover.preview", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    CutoverScreen Static { height: auto; padding: 0 1; }
    CutoverScreen #steps { height: 1fr; scrollbar-gutter: stable; }
    CutoverScreen #next { height: auto; max-height: 45%; scrollbar-gutter: stable; border-top: solid $panel; }
    CutoverScreen #clock { color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.view: LiveView | None = None
        self.phase: Phase | None = None
        self.asking = False
        self._seen_at = 0.0
        self._wake = asyncio.Event()
        self._painted: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """The checklist, below it what to do now, and when it asks again."""
        yield from self.head()
        with VerticalScroll(id="steps"):
            yield Static("… asking", markup=False)
        with VerticalScroll(id="next"):
            yield Static(markup=False)
        yield Static(id="clock", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        """Let the countdowns tick."""
        self.query_one("#steps").focus()
        self.set_interval(_TICK, self._paint)

    def on_screen_resume(self) -> None:
        """Ask as long as the screen is shown."""
        if self.session.offline:
            self._tell("offline: nothing is asked")
        else:
            self._watch()

    def on_screen_suspend(self) -> None:
        """Ask nothing while nobody is looking."""
        self.workers.cancel_group(self, "cutover")

    def judged(self) -> None:
        """Ask about the new answers."""
        self.action_ask_now()

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap the lines for the new width."""
        self.call_after_refresh(self._paint)

    def action_ask_now(self) -> None:
        """Ask without waiting."""
        self._wake.set()

    def action_other_phase(self) -> None:
        """Show the checklist of the other phase."""
        if self.view is not None:
            shown = self.phase or phase_due(self.view)
            self.phase = Phase.BOOTSTRAP if shown is Phase.CUTOVER else Phase.CUTOVER
            self._paint()

    @work(group="cutover", exclusive=True, exit_on_error=False)
    async def _watch(self) -> None:
        """Ask, wait, ask again. What goes wrong is shown, and may succeed the next time."""
        await asyncio.to_thread(_load)
        while True:
            self._wake.clear()
            self.asking = True
            try:
                await self._look()
            except ClusterError as error:
                self._tell(f"nothing can be asked yet: {error}")
            except Exception as error:  # a screen that watches must outlive what it sees
                self._tell(f"the check failed: {error or type(error).__name__}")
            finally:
                self.asking = False
            self._seen_at = time.monotonic()
            self._paint()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), PAUSE)

    async def _look(self) -> None:
        from rules.live import observe

        session = self.session
        files = session.outcome.files if session.outcome.answers == session.answers else {}
        what: Watched = await asyncio.to_thread(watched, session.answers, files)
        if words := what.missing(self.phase):
            self._tell(f"nothing can be asked yet: {words}")
            return
        observed = await observe(what.endpoint, resolvers=name_servers(session.resolvers), timeout=TIMEOUT)
        self.view = LiveView(what.endpoint, observed, what.fleet)

    def _tell(self, words: str) -> None:
        """Show a sentence in place of the checklist."""
        self.view = None
        self._painted = ()
        self.query_one("#steps > Static", Static).update(Content(clipped(printable(words))))
        self.query_one("#next").display = False

    def _paint(self) -> None:
        self.query_one("#clock", Static).update(Content(self._clock()))
        if self.view is None:
            return
        view = aged(self.view, int(time.monotonic() - self._seen_at))
        phase = self.phase or phase_due(view)
        width = max(self.query_one("#steps > Static").content_size.width, 40)
        if self._painted == (now := (self.view, phase, width, int(time.monotonic() - self._seen_at))):
            return
        self._painted = now
        view = in_phase(view, phase)
        lines = text(checklist(view), view, Style(width=width)).splitlines()
        # What to do next comes after the last empty line.
        end = len(lines) - 1 - lines[::-1].index("") if "" in lines else len(lines)
        self.query_one("#steps > Static", Static).update(Content("\n").join(map(_coloured, lines[:end])))
        self.query_one("#next > Static", Static).update(Content("\n".join(lines[end + 1 :])))
        self.query_one("#next").display = True

    def _clock(self) -> str:
        if self.session.offline:
            return ""
        if self.asking:
            return "… asking"
        left = max(PAUSE - (time.monotonic() - self._seen_at), 0.0)
        return f"asks again in {left:.0f} s"


def _load() -> None:
    """Import what asks, in a thread: it takes longer than a frame of the screen."""
    from rules.live import load_asking

    load_asking()


def _coloured(line: str) -> Content:
    """A line of the checklist, its status in colour."""
    match = _STATUS.fullmatch(line)
    if match is None:
        return Content(line)
    indent, status, rest = match.groups()
    return Content.assemble(indent, (status, _STYLES[status]), rest if indent else (rest, "bold"))
