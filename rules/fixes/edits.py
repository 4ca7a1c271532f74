"""What a rule proposes (`Fix`), as changes to the texts of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.edits import Edit, apply_edits
from parsers.records import NamedTuple
from parsers.source import Source

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.engine.finding import Fix

_BLANKS = " \t"
_REST = re.compile(r"[ \t]*(?:[#!][^\r\n]*)?")
_IGNORE = re.compile(r"[#!]\s*halb:")
_INDENT = 4
_REFERENCE = re.compile(r"\$[{A-Za-z_]")


class Change(NamedTuple):
    """The characters of a file from `start` up to, not including, `end` become `text`."""

    path: str
    start: int
    end: int
    text: str


def changes_of(fix: Fix) -> tuple[Change, ...]:
    """The changes of a fix, in the order of its steps.

    There are none if one of the places has no room for what belongs there, or stands for something else: a variable, a
    template's marker, a line for one node or a repeated one. Nor if a text has a secret: whoever asks for fixes prints
    them.
    """
    found: list[Change] = []
    for how, span, text in fix.steps:
        if not _is_itself(how, span, text) or (" " in text and _has_secret(text)):
            return ()
        change = _WAYS[how](span, text)
        if change is None:
            return ()
        found.append(change)
    return tuple(dict.fromkeys(found))


def _is_itself(how: str, span: Span, text: str) -> bool:
    """Whether a step's place is the words of the file that it is about, and they count wherever the file is read."""
    whole = span.source.text
    front = whole[_line_start(whole, span.start) : span.start].lstrip()
    if how == "above":
        return True
    if (_REFERENCE.search(span.text) and "$" not in text) or front[:1] in ("~", "$"):
        return False
    if how != "write" and front[:1] == "@":
        return False
    return "{{" not in span.text and "{%" not in span.text


def changed(texts: Mapping[str, str], changes: Iterable[Change]) -> dict[str, str]:
    """The texts that changes alter, by path; raises `parsers.edits.OverlapError` if two alter the same characters."""
    by_path: dict[str, list[Change]] = {}
    for change in dict.fromkeys(changes):
        by_path.setdefault(change.path, []).append(change)
    found = {}
    for path, wanted in by_path.items():
        source = Source(path, texts[path])
        found[path] = apply_edits(source, [Edit(source.span(c.start, c.end), c.text) for c in wanted])
    return found


@lru_cache(64)
def _has_secret(text: str) -> bool:
    from parsers.haproxy import parse_haproxy
    from parsers.keepalived import parse_keepalived

    return bool(parse_haproxy(f"backend b\n{text}\n").secrets or parse_keepalived(f"block {{\n{text}\n}}\n").secrets)


def _write(span: Span, text: str) -> Change:
    return Change(span.source.path, span.start, span.end, text)


def _append(span: Span, text: str) -> Change:
    return Change(span.source.path, span.end, span.end, f" {text}")


def _remove(span: Span, _: str) -> Change:
    """The lines of a statement, with their end. A comment behind it stays, in a line of its own."""
    text = span.source.text
    start, end = _line_start(text, span.start), span.end
    rest = _REST.match(text, end)
    assert rest is not None  # it matches nothing, too
    if text[start : span.start].strip(_BLANKS):
        # Another statement stands in front: `vrrp_script a { script b interval 2 }`.
        while end < len(text) and text[end] in _BLANKS:
            end += 1
        return Change(span.source.path, span.start, end, "")
    comment = rest[0].lstrip(_BLANKS)
    after = rest.end()
    if comment and not _IGNORE.match(comment):
        return Change(span.source.path, span.start, after - len(comment), "")
    if text[after : after + 2] == "\r\n":
        after += 2
    elif text[after : after + 1] == "\n":
        after += 1
    elif after < len(text):
        return Change(span.source.path, span.start, after, "")  # another statement follows
    return Change(span.source.path, start, after, "")


def _cut(span: Span, _: str) -> Change:
    """Words of a line, with the blanks before them; with those behind them if they are the first ones."""
    text = span.source.text
    start, end = span.start, span.end
    while start > 0 and text[start - 1] in _BLANKS:
        start -= 1
    if start == _line_start(text, span.start):
        start = span.start
        while end < len(text) and text[end] in _BLANKS:
            end += 1
    return Change(span.source.path, start, end, "")


def _below(span: Span, text: str) -> Change | None:
    whole = span.source.text
    at = _line_end(whole, span.end)
    if "}" in whole[span.end : at]:
        return None  # the line ends the block that the place is in
    return Change(span.source.path, at, at, _lines(whole, _indent(whole, span.start), text))


def _above(span: Span, text: str) -> Change | None:
    whole = span.source.text
    indent, newline = _indent(whole, span.start), _newline(whole)
    at = _line_start(whole, span.start)
    if whole[at : span.start].strip():
        return None  # something else begins the line
    return Change(span.source.path, at, at, "".join(f"{indent}{line}{newline}" for line in text.split("\n")))


def _inside(span: Span, text: str) -> Change | None:
    """Below the header of a section or a block, as far to the right as its first line."""
    whole = span.source.text
    at = _line_end(whole, span.end)
    if "}" in whole[span.end : at]:
        return None  # all of the block is in one line
    own = _indent(whole, span.start)
    following = re.compile(r"(?:\r?\n[ \t]*(?:[#!][^\n]*)?)*\r?\n([ \t]+)[^\s}#!]").match(whole, at)
    indent = following[1] if following is not None and len(following[1]) > len(own) else own + " " * _INDENT
    return Change(span.source.path, at, at, _lines(whole, indent, text))


_WAYS = {
    "write": _write, "append": _append, "cut": _cut, "remove": _remove, "below": _below, "above": _above,
    "inside": _inside,
}  # fmt: skip


def _lines(whole: str, indent: str, text: str) -> str:
    newline = _newline(whole)
    return "".join(f"{newline}{indent}{line}" for line in text.split("\n"))


def _newline(whole: str) -> str:
    """How the file's lines end, judging by its first one."""
    first = whole.find("\n")
    return "\r\n" if first > 0 and whole[first - 1] == "\r" else "\n"


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    if end < 0:
        return len(text)
    return end - 1 if end > at and text[end - 1] == "\r" else end


def _indent(text: str, at: int) -> str:
    front = text[_line_start(text, at) : at]
    return front[: len(front) - len(front.lstrip(_BLANKS))]


def shown(changes: Iterable[Change], sources: Mapping[str, Source]) -> Iterator[dict[str, object]]:
    """The changes as `--format json` has them: lines and columns from 1, the end exclusive."""
    for change in changes:
        source = sources[change.path]
        yield {
            "file": change.path,
            "start": list(source.position(change.start)),
            "end": list(source.position(change.end)),
            "text": change.text,
        }
