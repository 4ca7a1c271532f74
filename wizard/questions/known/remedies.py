"""What ends a thing on the list of what is missing, wrong or found, as far as an answer can: what `a` does there.

halb makes its files from the answers, so the fix of a finding in them is an answer that makes the files so.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rules.plan import KeyPath
from wizard.questions.answers import fault
from wizard.questions.session import Judgement, judge, step_of

if TYPE_CHECKING:
    from parsers.source import Span
    from wizard.questions.review import Item

_MISSING = "only you know this answer; Enter leads to its field"
_NO_PROPOSAL = "nothing is certain enough to be written for you; Enter leads to the field"
_NO_FIX = "this finding has no fix; Enter leads to the answer that it is about"
_NO_ANSWER = "no answer says this part of the file; halb-lint --fix mends the file itself once it is written"
_OTHERS = "the fix would lead to another finding"


class Remedy(NamedTuple):
    """An answer that ends what an item is about; `why` there is none, else ""."""

    place: KeyPath | None = None
    text: str = ""
    why: str = ""


def remedy(item: Item, outcome: Judgement) -> Remedy:
    """What to answer to be rid of an item: what is proposed, or what makes the file as the finding's fix does."""
    if item.finding is None:
        proposal = outcome.proposals.get(item.place) if item.place is not None else None
        if proposal is not None:
            return Remedy(item.place, proposal)
        return Remedy(why=_MISSING if item.place in outcome.missing else _NO_PROPOSAL)
    fix = item.finding.fix
    if fix is None:
        return Remedy(why=_NO_FIX)
    found = [_answer(span, text, outcome) for way, span, text in fix.steps if way == "write"]
    if len(found) != len(fix.steps) or len(set(found)) != 1 or found[0].place is None:
        return Remedy(why=_NO_ANSWER)
    after = judge(outcome.answers.put(found[0].place, found[0].text))
    return found[0] if _is_better(outcome, after) else Remedy(why=_OTHERS)


def _answer(span: Span, text: str, outcome: Judgement) -> Remedy:
    """The answer whose value is what a fix writes in place of another one."""
    rendered = outcome.keys.get(span.source.path)
    inside = [one for one in rendered.stretches if span.start <= one.start and one.end <= span.end] if rendered else []
    if rendered is None or len(inside) != 1 or len(inside[0].paths) != 1:
        return Remedy()
    one, place = inside[0], inside[0].paths[0]
    before, after = rendered.text[span.start : one.start], rendered.text[one.end : span.end]
    if not (text.startswith(before) and text.endswith(after)) or step_of(place) is None:
        return Remedy()
    value = text[len(before) : len(text) - len(after)]
    return Remedy(place, value) if not fault(place, value) else Remedy()


def _is_better(before: Judgement, after: Judgement) -> bool:
    """Whether there are files still, with fewer findings, and none of a rule that found less before."""
    if before.report is None or after.report is None:
        return False
    old, new = (Counter(f.code for f in report.findings) for report in (before.report, after.report))
    return new.total() < old.total() and not new - old
