"""Faults of a log format: `%ci %[src] %{+Q}r`. Measured with haproxy 2.6.12."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.grammar.haproxy_samples import (
    ALIAS,
    ONLY_FLAGS,
    SAMPLE,
    UNCLOSED_FLAGS,
    UNCLOSED_SAMPLE,
    read_format,
)
from parsers.keywords.haproxy import ACCEPTED
from parsers.keywords.haproxy_samples import sample_table
from rules.support.haproxy.samples.expressions import (
    call_fault,
    release_fault,
    span_in,
)
from rules.support.haproxy.samples.kinds import FORMAT, NAME, SampleFault
from rules.text.suggestions import closest
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.grammar.haproxy_samples import FormatPart
    from parsers.tree import Word
    from rules.support.haproxy.samples.kinds import SamplePlace

_LITERAL = "write '%%' for a percent sign"


def format_faults(word: Word, version: str | None, place: SamplePlace) -> Iterator[SampleFault]:
    """What is wrong with the log format that a word holds; at most one thing, as haproxy says it."""
    for part in read_format(word.value) or ():
        found = _part_fault(word, part, version, place)
        if found is not None:
            yield found
            return


def _part_fault(word: Word, part: FormatPart, version: str | None, place: SamplePlace) -> SampleFault | None:
    if part.kind == ALIAS:
        return _alias_fault(word, part, version)
    if part.kind in (SAMPLE, UNCLOSED_SAMPLE):
        return _sample_fault(word, part, version, place)
    if part.kind == UNCLOSED_FLAGS:
        span = span_in(word, part.start, 2)
        return SampleFault(FORMAT, span, "'%{' has no '}'", f"write '}}' after the flags, or {_LITERAL}", "not closed")
    if part.kind == ONLY_FLAGS:
        span = span_in(word, part.start, len(part.text) + 1)
        message = f"'%{clipped(part.text)}' is not followed by a name or '['"
        return SampleFault(FORMAT, span, message, "write what the flags are for after them, such as 'ci'", "incomplete")
    after = word.value[part.start + 1 : part.start + 2]
    at = f"before '{after}'" if after else "at the end"
    message = f"'%' {at} begins nothing that a log format knows"
    return SampleFault(FORMAT, span_in(word, part.start, 1), message, _LITERAL, "lone '%'")


def _alias_fault(word: Word, part: FormatPart, version: str | None) -> SampleFault | None:
    aliases = sample_table().aliases
    entry = aliases.get(part.text)
    if entry is not None and (version is None or entry.status(version) == ACCEPTED):
        return None
    start = word.value.index(part.text, part.start + 1)
    span = span_in(word, start, len(part.text))
    if entry is not None:
        return release_fault(span, f"the log-format alias '%{part.text}'", entry, version)
    message = f"unknown log-format alias '%{clipped(part.text)}'"
    near = closest(part.text, aliases.known)
    return SampleFault(FORMAT, span, message, f"did you mean '%{near}'?" if near else _LITERAL, "unknown")


def _sample_fault(word: Word, part: FormatPart, version: str | None, place: SamplePlace) -> SampleFault | None:
    expression = part.expression
    assert expression is not None
    if not expression.calls:
        span = span_in(word, part.start, 2)
        return SampleFault(
            NAME, span, "'%[' is not followed by a fetch", "write a fetch such as 'src' after it", "no fetch"
        )
    found = call_fault(word, expression, version, place=place)
    if found is not None or part.kind == SAMPLE:
        return found
    last, rest = expression.calls[-1].name, expression.rest
    if rest:
        span, what = span_in(word, expression.end, 1), f"unexpected '{rest[0]}' after '{last}' in '%['"
        return SampleFault(FORMAT, span, what, "write ']' to close it, or a comma before a converter", "not closed")
    span = span_in(word, part.start, 2)
    return SampleFault(FORMAT, span, "'%[' has no ']'", "write ']' after the expression", "not closed")
