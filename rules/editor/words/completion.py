"""What may stand at a place: keywords of the block or section that the release knows, and names that are defined."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rules.editor.words import of_haproxy, of_keepalived

if TYPE_CHECKING:
    from rules.editor.views import FileView
    from rules.editor.words.proposals import Proposal

_MOST = 1000


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
    found = re.search(r"\S*\Z" if view.haproxy is not None else r"[^\s{}]*\Z", before)
    word = found[0] if found is not None else ""
    front = before[: len(before) - len(word)]
    if _in_comment(before, view):
        return Completion((), offset, offset)
    proposals = of_haproxy.proposals if view.haproxy is not None else of_keepalived.proposals
    every, word = proposals(view, offset, front, word)
    fitting = tuple({p.word: p for p in every if p.word.startswith(word)}.values())[:_MOST]
    end = offset
    while end < len(source.text) and not source.text[end].isspace() and source.text[end] not in "{}(),":
        end += 1
    return Completion(fitting, offset - len(word), end if word else offset)


def _in_comment(before: str, view: FileView) -> bool:
    marks = "#" if view.haproxy is not None else "#!"
    return any(part[:1] in marks for part in before.split() if part)
