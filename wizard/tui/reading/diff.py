"""What writing would change, file by file, as unified diffs in colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.content import Content

from rules.report import printable
from wizard.tui.reading.search import SearchedText

_STYLES = {"+": "$text-success", "-": "$text-error", "@": "$text-accent", "\\": "$text-muted"}
_HEADS = ("--- ", "+++ ")


class Diff(SearchedText):
    """Unified diffs by path, as `wizard.files.diff` makes them; long lines scroll sideways."""

    def __init__(self, diffs: Mapping[str, str], *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        shown = coloured(diffs)
        super().__init__(lambda _width: shown, id=id)


def coloured(diffs: Mapping[str, str]) -> Content:
    """The diffs, one below the other; a sentence if there are none."""
    lines = [line for text in diffs.values() for line in _lines(text)]
    return Content("\n").join(lines) if lines else Content("nothing differs from the existing files")


def _lines(diff: str) -> Iterator[Content]:
    for number, line in enumerate(diff.split("\n")[:-1]):
        # Only the first two lines are the head: further down "--- " is a removed line that begins with "-- ".
        style = "bold" if number < 2 and line.startswith(_HEADS) else _STYLES.get(line[:1], "")
        yield Content.styled(printable(line), style)
