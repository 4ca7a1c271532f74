"""What may stand at a place: keywords of the block or section that the release knows, and names that are defined."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol.types import CompletionItemKind

if TYPE_CHECKING:
    from rules.editor.views import FileView

_K = CompletionItemKind
_MOST = 1000


class Proposal(NamedTuple):
    """A word that may stand at a place: what it is, a few words about it, and more of them.

    `insert` is a snippet of the protocol that is written instead of the word, "" for the word itself.
    """

    word: str
    kind: CompletionItemKind
    detail: str = ""
    text: str = ""
    insert: str = ""


class Completion(NamedTuple):
    """What may stand at a place, and the stretch that it replaces."""

    proposals: tuple[Proposal, ...]
    start: int
    end: int


def completion_at(view: FileView, offset: int) -> Completion:
    """What may stand at an offset. Only the line up to there counts: it is being typed."""
    source = view.source
    line = source.position(offset)[0]
    before = source.text[source.line_start(line) : offset]
    if view.haproxy is not None:
        from rules.editor.words.of_haproxy import proposals
    else:
        from rules.editor.words.of_keepalived import proposals
    found = re.search(r"\S*\Z" if view.haproxy is not None else r"[^\s{}]*\Z", before)
    word = found[0] if found is not None else ""
    front = before[: len(before) - len(word)]
    if _in_comment(before, view):
        return Completion((), offset, offset)
    every, word = proposals(view, offset, front, word)
    fitting = tuple({p.word: p for p in every if p.word.startswith(word)}.values())[:_MOST]
    end = offset
    while end < len(source.text) and not source.text[end].isspace() and source.text[end] not in "{}(),":
        end += 1
    return Completion(fitting, offset - len(word), end if word else offset)


def _in_comment(before: str, view: FileView) -> bool:
    marks = "#" if view.haproxy is not None else "#!"
    return any(part[:1] in marks for part in before.split() if part)


def keyword(word: str, detail: str = "", text: str = "", insert: str = "") -> Proposal:
    """A keyword."""
    return Proposal(word, _K.Keyword, detail, text, insert)


def value(word: str, detail: str = "", text: str = "") -> Proposal:
    """One of a few words."""
    return Proposal(word, _K.EnumMember, detail, text)


def name(word: str, detail: str = "") -> Proposal:
    """A name that is defined."""
    return Proposal(word, _K.Reference, detail)


def option(word: str, detail: str = "", text: str = "") -> Proposal:
    """An option of a line."""
    return Proposal(word, _K.Property, detail, text)


def function(word: str, detail: str = "") -> Proposal:
    """A sample fetch or a converter."""
    return Proposal(word, _K.Function, detail)
