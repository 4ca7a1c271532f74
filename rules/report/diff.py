"""Unified diffs for people: without secrets, and with control characters made visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.report.masking import masked_lines
from rules.report.matching import Matcher
from rules.report.style import printable

_CONTEXT = 3  # lines before and after a change
_NO_NEWLINE = "\\ No newline at end of file"


def unified(path: str, old: str | None, new: str, name: str = "") -> str:
    """The unified diff of two texts of one file; `old` None: there is no such file yet. `name` is that of the old."""
    names = (f"--- {'/dev/null' if old is None else name or f'a/{path}'}", f"+++ b/{path}")
    before, after = _DiffLines(path, old or ""), _DiffLines(path, new)
    lines = [*names]
    # Lines are compared as they are, with their secrets, and shown without.
    for group in Matcher(before.compared, after.compared).get_grouped_opcodes(_CONTEXT):
        lines.append(f"@@ -{_range(group[0][1], group[-1][2])} +{_range(group[0][3], group[-1][4])} @@")
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                lines += before.shown(" ", old_start, old_end)
            else:
                lines += before.shown("-", old_start, old_end)
                lines += after.shown("+", new_start, new_end)
    return "".join(f"{line if line == _NO_NEWLINE else printable(line)}\n" for line in lines)


class _DiffLines:
    """The lines of a text, as they are compared and as they are shown."""

    def __init__(self, path: str, text: str) -> None:
        self.compared = text.split("\n")
        self._shown: Sequence[str] = masked_lines(path, text)
        self._open = bool(self.compared[-1])
        if self._open:
            self.compared[-1] += _NO_NEWLINE  # differs from the same line with a line end
        else:
            del self.compared[-1]

    def shown(self, mark: str, start: int, end: int) -> Iterator[str]:
        """These lines, after the mark of the diff."""
        for index in range(start, end):
            yield mark + self._shown[index]
            if self._open and index == len(self.compared) - 1:
                yield _NO_NEWLINE


def _range(start: int, end: int) -> str:
    """Lines of a hunk's header: the first one from 1, and how many (the count is left out when it is 1)."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
