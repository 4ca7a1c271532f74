"""The lines of the write screen: what becomes of each file, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from rules.report.style import printable
from rules.text.wording import clipped
from wizard.files import Written
from wizard.questions.review import Changes
from wizard.questions.writing import Way, state_words, to_choose

_OTHERS = "others'"  # the state of a file about which the user has to say what is to be done
_STYLES = {
    "new": "$text-success",
    "changed": "$text-warning",
    "merged": "$text-warning",
    "mode": "$text-warning",
    "unchanged": "$text-muted",
    _OTHERS: "$text-error",
}
_SYMBOLS = {"new": "+", "changed": "~", "merged": "~", "mode": "~", "unchanged": "=", _OTHERS: "!"}


def said(text: str) -> str:
    """The text as it can be shown: printable, and without words that fill a screen."""
    return clipped(printable(text))


def not_written(problems: Sequence[str]) -> Content:
    """Why nothing was written."""
    head = Content.styled("✗ nothing was written", "$text-error")
    return Content("\n").join([head, *(Content(said(problem)) for problem in problems)])


def listed(found: Changes, way: Way) -> Iterator[Content]:
    """What writing would do, a line for each file, and what stands in the way of it."""
    for problem in found.problems:
        yield Content.assemble(("✗ ", "$text-error"), said(problem))
    if found.foreign and found.problems:
        yield Content.styled("  'halb-wizard render --merge --take-over SECTION' takes one over", "$text-muted")
    for note in found.notes:
        yield Content.assemble(("! ", "$text-warning"), said(note))
    for path, state in found.states.items():
        yield _file(path, _OTHERS if path in found.foreign and to_choose(found, way) else state)


def results(written: Written) -> Iterator[Content]:
    """What was done, a line for each file."""
    for file in written.files:
        yield _file(file.path, file.state, f"   the old one: {file.backup}" if file.backup else "")
    for path in written.stale:
        yield Content(said(f"! {path} is no part of the plan any more; delete it when its machine is gone"))


def _file(path: str, state: str, more: str = "") -> Content:
    return Content.assemble((f"{_SYMBOLS[state]} {state:<10}", _STYLES[state]), said(path), (said(more), "$text-muted"))


def state(found: Changes, way: Way, why_not: str) -> Content:
    """The whole of it in a line; `why_not` is what the review holds against it."""
    if why_not:
        return Content.assemble(("✗ nothing can be written yet", "$text-error"), f": {why_not}; the review says which")
    words = said(state_words(found, way))
    if to_choose(found, way):
        return Content.assemble(("! ", "$text-warning"), words)
    return Content.styled(f"✗ {words}", "$text-error") if found.problems else Content(words)
