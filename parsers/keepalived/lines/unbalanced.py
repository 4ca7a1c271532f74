"""Which `@id` lines open or close a block for one node only.

Lines under different conditions are normally all kept, as alternatives. That works as long as the
braces of each alternative are balanced; where they are not, only one node's lines can be followed.
"""

from __future__ import annotations

import re

from parsers.grammar.keepalived_steps import BRACE, CODE

_LINE = re.compile(r"^[ \t]*@(?P<id>\^?[^ \t\n]+)[ \t]+(?P<rest>[^\n]*)", re.MULTILINE)
_NOTHING = re.compile(r"\s*(?:[#!][^\n]*\s*)*", re.ASCII)


def _balance(text: str) -> tuple[int, int]:
    """How many more `{` than `}` a line has, and the lowest that gets on the way."""
    code = CODE.match(text)
    depth = lowest = 0
    for match in BRACE.finditer(code.group() if code else text):
        if match["brace"]:
            depth += 1 if match["brace"] == "{" else -1
            lowest = min(lowest, depth)
    return depth, lowest


def unbalanced_lines(text: str) -> tuple[frozenset[int], str | None]:
    """Offsets of the conditional lines whose braces do not balance within an unbroken run of lines with the
    same condition, and the first identifier the text names.
    """
    found: set[int] = set()
    first: str | None = None
    run: list[int] = []
    ident = ""
    depth = lowest = end = 0

    def finish() -> None:
        if depth != 0 or lowest < 0:
            found.update(run)

    for match in _LINE.finditer(text):
        first = first or match["id"].lstrip("^")
        between = _NOTHING.match(text, end, match.start())
        if match["id"] != ident or between is None or between.end() != match.start():
            finish()
            run, ident, depth, lowest = [], match["id"], 0, 0
        end = match.end()
        change, low = _balance(match["rest"])
        lowest = min(lowest, depth + low)
        depth += change
        if change or low:
            run.append(match.start())
    finish()
    return frozenset(found), first
