"""The lines of live checks below a step's fields: what is being asked, and what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from wizard.probes.ask import checks, subject, unasked
from wizard.probes.chips import Chip, Tone
from wizard.questions.answers import Answers
from wizard.questions.steps import Step
from wizard.tui.screens.reading import Reading

if TYPE_CHECKING:
    from wizard.tui.app import Wizard

PAUSE = 0.5  # seconds without a change after which the network is asked
MOST = 2  # lines

_SYMBOLS = {Tone.FAIL: "✗", Tone.WARN: "!", Tone.OK: "✓", Tone.INFO: "-"}
_STYLES = {Tone.FAIL: "$text-error", Tone.WARN: "$text-warning", Tone.OK: "$text-success", Tone.INFO: "$text-muted"}
_WORST_FIRST = list(_SYMBOLS)
_GAP = "   "
_ASKING = Content.styled("… asking", "$text-muted")


class ChecksLine(Widget):
    """The live checks of a step. It follows the app's answers by itself; `ask_again` asks once more.

    Two lines, the worst first; what has no room in them is counted, and `open` (or a click) shows all. What was said
    last stays while something is asked. Not shown where there is nothing to ask.
    """

    DEFAULT_CSS: ClassVar[str] = """
    ChecksLine { height: auto; padding: 0 1; }
    """

    def __init__(self, step: Step) -> None:
        super().__init__(classes="checks")
        self.step = step
        self.chips: tuple[Chip, ...] = ()
        self.asking = False
        self._answers: Answers | None = None
        self._subject: tuple[object, ...] = ()

    @property
    def wizard(self) -> Wizard:
        """The app."""
        return cast("Wizard", self.app)

    def on_mount(self) -> None:
        """Ask about the answers that are there, and about each change of them."""
        self._follow()
        self.set_interval(PAUSE / 2, self._follow)

    def on_click(self) -> None:
        """Show all, and ask once more."""
        self.open()

    def open(self) -> None:
        """Show every check on a page of its own, and ask once more."""
        if self.display:
            lines = "\n".join(f"{_SYMBOLS[chip.status]} {chip.status.value:<4}  {chip.text}" for chip in self.chips)
            self.app.push_screen(Reading("What was asked", lines or str(_ASKING)))
            self.ask_again()

    def ask(self, answers: Answers) -> None:
        """Ask about these answers after a short pause, unless what they are about is what was asked last."""
        wanted = subject(self.step.key, answers)
        if wanted != self._subject:
            self._subject = wanted
            self._begin(answers, PAUSE)

    def ask_again(self) -> None:
        """Ask once more, at once: the world may have changed."""
        if self._subject and not self.asking:
            self._begin(self.wizard.answers, 0.0)

    def _follow(self) -> None:
        answers = self.wizard.answers
        if answers is not self._answers:
            self._answers = answers
            self.ask(answers)
            self.display = bool(self._subject)

    def _begin(self, answers: Answers, pause: float) -> None:
        self.asking = bool(self._subject) and not self.wizard.offline
        if self.asking:
            self._ask(answers, pause)
        else:
            self.workers.cancel_group(self, "checks")
            self.chips = unasked(self.step.key, answers) if self.wizard.offline else ()
        self.refresh(layout=True)

    @work(group="checks", exclusive=True, exit_on_error=False)
    async def _ask(self, answers: Answers, pause: float) -> None:
        await asyncio.sleep(pause)
        self.chips = await checks(self.step.key, answers, resolvers=self.wizard.resolvers)
        self.asking = False
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the checks take, up to two."""
        return len(self._lines(width))

    def render(self) -> Content:
        """The checks, as many as there is room for."""
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        chips = sorted(self.chips, key=lambda chip: _WORST_FIRST.index(chip.status))
        shown = [_ASKING] if self.asking else []
        shown += [_shown(chip).stylize("dim") if self.asking else _shown(chip) for chip in chips]
        if len(lines := packed(shown, width)) <= MOST:
            return lines
        for count in range(len(shown) - 1, 0, -1):
            more = Content.styled(f"+ {len(shown) - count} more", "$text-muted")
            if len(lines := packed([*shown[:count], more], width)) <= MOST:
                return lines
        return packed(shown[:1], width)[:MOST]


def packed(chips: Sequence[Content], width: int) -> list[Content]:
    """The chips side by side in lines of this width; one that is too long for a line is wrapped."""
    lines: list[Content] = []
    for chip in chips:
        if lines and lines[-1].cell_length + len(_GAP) + chip.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], _GAP, chip)
        else:
            lines += chip.wrap(max(width, 1)) if chip.cell_length > width else [chip]
    return lines


def _shown(chip: Chip) -> Content:
    return Content.assemble((f"{_SYMBOLS[chip.status]} {chip.status.value}", _STYLES[chip.status]), " ", chip.text)
