"""The lines of the write screen: what would happen to each file, and what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from rules.report import printable
from rules.text import clipped, counted
from wizard.files import Written
from wizard.questions.review import Changes
from wizard.questions.writing import MOST_DROPPED, Way, double_vip, state_words, taken, to_choose

if TYPE_CHECKING:
    from wizard.plan.plan import Plan

_FOREIGN = "not halb's"  # the state of a file about which the user has to decide
_STYLES = {
    "new": "$text-success",
    "changed": "$text-warning",
    "merged": "$text-warning",
    "mode": "$text-warning",
    "unchanged": "$text-muted",
    _FOREIGN: "$text-error",
}
_SYMBOLS = {"new": "+", "changed": "~", "merged": "~", "mode": "~", "unchanged": "=", _FOREIGN: "!"}


def safe(text: str) -> str:
    """The text, safe to print, and without words that fill a screen."""
    return clipped(printable(text))


def not_written(problems: Sequence[str]) -> Content:
    """Why nothing was written."""
    head = Content.styled("✗ nothing was written", "$text-error")
    return Content("\n").join([head, *(Content(safe(problem)) for problem in problems)])


def listed(found: Changes, way: Way, plan: Plan | None = None) -> Iterator[Content]:
    """What writing would do, a line for each file, what blocks it, and what goes with it."""
    for problem in found.problems:
        yield Content.assemble(("✗ ", "$text-error"), safe(problem))
    for note in found.notes:
        yield Content.assemble(("! ", "$text-warning"), safe(note))
    for words in double_vip(found.unheard, plan):
        yield Content.assemble(("! ", "$text-error"), words)
    for loses, words in taken(found):
        yield Content.assemble(("! ", "$text-error") if loses else ("- ", "$text-warning"), safe(words))
    for path, state in found.states.items():
        yield _file(path, _FOREIGN if path in found.foreign and to_choose(found, way) else state)
    yield from _dropped(found)


def _dropped(found: Changes) -> Iterator[Content]:
    """What the files of others had and the new ones have no more, the worst first; no more than a list has room for."""
    if not found.dropped:
        return
    yield Content.styled("no longer there, the worst first (all of it: F4):", "$text-muted")
    for line in found.dropped[:MOST_DROPPED]:
        yield Content.assemble(("- ", "$text-warning"), safe(line))
    if (rest := len(found.dropped) - MOST_DROPPED) > 0:
        yield Content.styled(f"  and {counted(rest, 'line')} more", "$text-muted")


def results(written: Written, states: Mapping[str, str]) -> Iterator[Content]:
    """What was done, a line for each file; `states` are those that the user has seen before, where they are known."""
    for file in written.files:
        yield _file(file.path, states.get(file.path, file.state), f"   backup: {file.backup}" if file.backup else "")
    for path in written.stale:
        yield Content(safe(f"! {path} is no longer in the plan; delete it once its machine is gone"))


def _file(path: str, state: str, more: str = "") -> Content:
    return Content.assemble((f"{_SYMBOLS[state]} {state:<11}", _STYLES[state]), safe(path), (safe(more), "$text-muted"))


def state(found: Changes, way: Way, why_not: str) -> Content:
    """A summary in one line; `why_not` says what blocks writing according to the review."""
    if why_not:
        return Content.assemble(("✗ nothing can be written yet", "$text-error"), f": {why_not}; see the review")
    words = safe(state_words(found, way))
    if to_choose(found, way):
        return Content.assemble(("! ", "$text-warning"), words)
    return Content.styled(f"✗ {words}", "$text-error") if found.problems else Content(words)
