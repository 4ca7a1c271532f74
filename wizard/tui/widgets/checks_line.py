"""The lines of live checks below a step's fields: what is being asked, and the replies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from rules.plan import Phase
from wizard.probes.ask import offline_results, run_checks, subject
from wizard.probes.results import CheckResult, CheckStatus, phase_found
from wizard.questions.answers import Answers
from wizard.questions.phase import PLACE, is_open
from wizard.questions.steps import Step
from wizard.tui.host import host_of
from wizard.tui.session import Session

PAUSE = 0.5  # seconds without a change after which the network is asked
MOST = 2  # lines

_SYMBOLS = {CheckStatus.FAIL: "✗", CheckStatus.WARN: "!", CheckStatus.OK: "✓", CheckStatus.INFO: "-"}
_STYLES = {
    CheckStatus.FAIL: "$text-error",
    CheckStatus.WARN: "$text-warning",
    CheckStatus.OK: "$text-success",
    CheckStatus.INFO: "$text-muted",
}
_WORST_FIRST = list(_SYMBOLS)
_GAP = "   "
_ASKING = Content.styled("… asking", "$text-muted")


class ChecksLine(Widget):
    """The live checks of a step. It follows the session's answers by itself; `ask_again` asks again.

    Two lines, the worst first; what does not fit is counted, and `open` (or a click) shows all. The last
    replies stay while something is asked. Hidden if there is nothing to ask.
    """

    DEFAULT_CSS: ClassVar[str] = """
    ChecksLine { height: auto; padding: 0 1; }
    """

    def __init__(self, step: Step) -> None:
        super().__init__(classes="checks")
        self.step = step
        self.results: tuple[CheckResult, ...] = ()
        self.asking = False
        self._answers: Answers | None = None
        self._subject: tuple[object, ...] = ()

    @property
    def _session(self) -> Session:
        return host_of(self).session

    def on_mount(self) -> None:
        """Ask about the answers that are there, and about each change of them."""
        self._follow()
        self.set_interval(PAUSE / 2, self._follow)

    def on_click(self) -> None:
        """Show all, and ask again."""
        self.open()

    def open(self) -> None:
        """Show every check on a page, and ask again."""
        if self.display:
            lines = "\n".join(
                f"{_SYMBOLS[result.status]} {result.status.value:<4}  {result.text}" for result in self.results
            )
            host_of(self).show_page("Live checks", lines or str(_ASKING))
            self.ask_again()

    def ask(self, answers: Answers) -> None:
        """Ask about these answers after a short pause, unless the same was asked last time."""
        wanted = subject(self.step.key, answers)
        if wanted != self._subject:
            self._subject = wanted
            self._begin(answers, PAUSE)

    def ask_again(self) -> None:
        """Ask again, at once: the replies may be different now."""
        if self._subject and not self.asking:
            self._begin(self._session.answers, 0.0)

    def _follow(self) -> None:
        answers = self._session.answers
        if answers is not self._answers:
            self._answers = answers
            self.ask(answers)
            self.display = bool(self._subject)

    def _begin(self, answers: Answers, pause: float) -> None:
        self.asking = bool(self._subject) and not self._session.offline
        if self.asking:
            self._ask(answers, pause)
        else:
            self.workers.cancel_group(self, "checks")
            self.results = offline_results(self.step.key, answers) if self._session.offline else ()
        self.refresh(layout=True)

    @work(group="checks", exclusive=True, exit_on_error=False)
    async def _ask(self, answers: Answers, pause: float) -> None:
        await asyncio.sleep(pause)
        self.results = await run_checks(self.step.key, answers, resolvers=self._session.resolvers)
        self.asking = False
        self._note_phase()
        self.refresh(layout=True)

    def _note_phase(self) -> None:
        """What DNS shows of an imported cluster's phase is its answer, unless there is one."""
        session, phase = self._session, phase_found(self.results)
        if phase is not None and is_open(session.answers):
            session.set_answer(PLACE, phase)
            where = "the VIP" if phase is Phase.CUTOVER else "the initial master"
            self.notify(f"DNS leads to {where}: the phase is {phase} (F9 changes it)", markup=False)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the checks need, up to two."""
        return len(self._lines(width))

    def render(self) -> Content:
        """As many checks as there is room for."""
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        results = sorted(self.results, key=lambda result: _WORST_FIRST.index(result.status))
        shown = [_ASKING] if self.asking else []
        shown += [_shown(result).stylize("dim") if self.asking else _shown(result) for result in results]
        if len(lines := packed(shown, width)) <= MOST:
            return lines
        for count in range(len(shown) - 1, 0, -1):
            more = Content.styled(f"+ {len(shown) - count} more", "$text-muted")
            if len(lines := packed([*shown[:count], more], width)) <= MOST:
                return lines
        return packed(shown[:1], width)[:MOST]


def packed(results: Sequence[Content], width: int) -> list[Content]:
    """The results side by side in lines of this width; one that is too long for a line is wrapped."""
    lines: list[Content] = []
    for result in results:
        if lines and lines[-1].cell_length + len(_GAP) + result.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], _GAP, result)
        else:
            lines += result.wrap(max(width, 1)) if result.cell_length > width else [result]
    return lines


def _shown(result: CheckResult) -> Content:
    return Content.assemble(
        (f"{_SYMBOLS[result.status]} {result.status.value}", _STYLES[result.status]), " ", result.text
    )
