"""Faults of a sample expression: `hdr(host),lower`. Measured with haproxy 2.6.12."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.grammar.haproxy_samples import read_sample
from parsers.keywords.haproxy import ACCEPTED
from parsers.keywords.haproxy_samples import sample_table, stands_for, types, usable, wanted_types
from parsers.source import Source, Span
from rules.support.haproxy.removed import is_later
from rules.support.haproxy.samples.arguments import argument_fault, entry_of
from rules.support.haproxy.samples.kinds import ARGUMENTS, NAME, RELEASE, SampleFault
from rules.support.haproxy.samples.types import UNKNOWN, after, fits, named
from rules.text.suggestions import hint
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.grammar.haproxy_samples import SampleCall, SampleExpression
    from parsers.keywords.haproxy import HaproxyKeyword
    from parsers.tree import Word
    from rules.support.haproxy.samples.kinds import SamplePlace

_REQUEST, _RESPONSE, _CONTENT = 1 << 3 | 1 << 7, 1 << 12 | 1 << 16, 1 << 2 | 1 << 6

_NOWHERE = Span(Source("", ""), 0, 0)


def span_in(word: Word, start: int, length: int) -> Span:
    """A part of a word's value in the file; the whole word if quotes, escapes or variables are in the way."""
    text = word.source.text[word.start : word.end]
    if text == word.value:
        return Span(word.source, word.start + start, word.start + start + length)
    if text[1:-1] == word.value:
        return Span(word.source, word.start + start + 1, word.start + start + 1 + length)
    return word.span


def sample_faults(
    word: Word, version: str | None, *, acl: bool = False, place: SamplePlace | None = None
) -> Iterator[SampleFault]:
    """What is wrong with the expression that a word holds; at most one thing, as haproxy says it."""
    expression = read_sample(word.value)
    if expression is None:
        return
    found = call_fault(word, expression, version, acl=acl, place=place) or _rest_fault(word, expression)
    if found is not None:
        yield found


def call_fault(
    word: Word,
    expression: SampleExpression,
    version: str | None,
    *,
    acl: bool = False,
    place: SamplePlace | None = None,
) -> SampleFault | None:
    """The first thing that is wrong with the fetch and the converters of an expression."""
    first = _first_fault(expression, version, acl)
    if first is not None:
        call, found = first
        return found._replace(span=span_in(word, call.start, len(call.name)))
    return _place_fault(word, expression.calls[0], place, version) if place is not None and expression.calls else None


@lru_cache(2048)  # files have the same few again and again
def _first_fault(expression: SampleExpression, version: str | None, acl: bool) -> tuple[SampleCall, SampleFault] | None:
    """The first call that has a fault, and the fault, wherever the expression stands."""
    kinds = UNKNOWN
    for position, call in enumerate(expression.calls):
        fetch = position == 0
        found = (
            _name_fault(call, fetch, version, acl)
            or (None if fetch else _type_fault(call, kinds, version))
            or _arguments_fault(call, fetch, version)
        )
        if found is not None:
            return call, found
        entry = entry_of(call.name, fetch)
        kinds = _fetched(entry, version) if fetch else after(kinds, entry, version)
    return None


@lru_cache(2048)
def kinds_of(expression: SampleExpression, version: str | None) -> frozenset[str]:
    """The types that an expression without faults may have."""
    kinds = UNKNOWN
    for position, call in enumerate(expression.calls):
        entry = entry_of(call.name, position == 0)
        kinds = after(kinds, entry, version) if position else _fetched(entry, version)
    return kinds


def _fetched(entry: HaproxyKeyword | None, version: str | None) -> frozenset[str]:
    kinds = frozenset(types(entry, version)) if entry is not None else UNKNOWN
    return kinds if kinds - {""} else UNKNOWN


def _type_fault(call: SampleCall, kinds: frozenset[str], version: str | None) -> SampleFault | None:
    """A converter that haproxy can not apply to what is before it."""
    entry = entry_of(call.name, fetch=False)
    if entry is None or fits(kinds, wanted_types(entry, version), version):
        return None
    given = named(sorted(kinds))
    wanted = named(wanted_types(entry, version))
    message = f"the converter '{call.name}' takes {wanted}, and what is before it gives {given}"
    advice = f"remove it, or write what gives {wanted} before it"
    return SampleFault(ARGUMENTS, _NOWHERE, message, advice, "types do not fit")


def _place_fault(word: Word, call: SampleCall, place: SamplePlace, version: str | None) -> SampleFault | None:
    """A fetch that is for other rules: of the response in a request, or of HTTP where there is only a connection."""
    entry = sample_table().fetches.exact(call.name)
    use = usable(entry, version) if entry is not None else 0
    if not use or not place.where or use & place.where:
        return None
    span = span_in(word, call.start, len(call.name))
    message = f"the sample fetch '{call.name}' is not available in '{place.rules}' rules"
    return SampleFault(ARGUMENTS, span, message, place_help(call.name, use, place.rules), "not available here")


def place_help(name: str, use: int, rules: str, method: str = "") -> str:
    """What to write where a fetch is not available, which can be used for `use`; `method` is what `-m` has to be."""
    if "response" in rules and use & _REQUEST:
        return (
            f"keep it while the request is there, with 'http-request set-var(txn.NAME) {name}', and write "
            f"'var(txn.NAME){method and f' -m {method}'}' here"
        )
    if rules in ("tcp-request connection", "tcp-request session") and use & _CONTENT:
        return "move it into a 'tcp-request content' rule"
    if "request" in rules and use & _RESPONSE:
        return f"move it into {'an' if rules.startswith('http') else 'a'} '{rules.replace('request', 'response')}' rule"
    return "write a fetch that these rules have, such as 'src'"


def _entry(name: str, fetch: bool, acl: bool) -> HaproxyKeyword | None:
    table = sample_table()
    if not fetch:
        return table.converters.get(name)
    return (table.acls.get(name) if acl else None) or table.fetches.get(name)


def _name_fault(call: SampleCall, fetch: bool, version: str | None, acl: bool) -> SampleFault | None:
    name, what = call.name, "sample fetch" if fetch else "converter"
    entry = _entry(name, fetch, acl)
    if entry is not None:
        return release_fault(_NOWHERE, f"the {what} '{name}'", entry, version)
    message = f"unknown {what} '{clipped(name)}'"
    return SampleFault(NAME, _NOWHERE, message, _name_help(name, fetch, acl), "unknown")


def _name_help(name: str, fetch: bool, acl: bool) -> str:
    table = sample_table()
    keyword = table.acls.exact(name)
    if not fetch:
        if table.fetches.get(name) is not None:
            return f"'{name}' is a fetch, which begins an expression; write a converter such as 'lower'"
        return hint(name, table.converters.known, "remove it, or write a converter such as 'lower'")
    if keyword is not None:
        return f"'{name}' is only for ACLs; write the fetch '{stands_for(keyword)}'"
    if name.startswith("-") and acl:
        return f"write a fetch before the option '{name}', such as 'path {name}'"
    if table.converters.exact(name) is not None:
        return f"'{name}' is a converter; write a fetch before it, such as 'src,{name}'"
    return hint(name, _fetches(name, acl), "write a fetch such as 'src'")


def _fetches(name: str, acl: bool) -> list[str]:
    """The names that may be meant; the search for similar ones takes no more than 500."""
    table = sample_table()
    known = [*table.fetches.names(), *(table.acls.names() if acl else ())]
    alike = [other for other in known if abs(len(other) - len(name)) <= 4 and "*" not in other]
    return alike[:500]


def release_fault(span: Span, what: str, entry: HaproxyKeyword, version: str | None) -> SampleFault | None:
    """What is wrong with a known name in one release."""
    if version is None or entry.status(version) == ACCEPTED:
        return None
    if is_later(entry.since, version):
        message = f"{what} needs haproxy {entry.since}; this file is for {version}, which refuses it"
        advice = f"remove it, or set 'haproxy-version' to {entry.since} if that is the installed version"
    else:
        message = f"{what} was removed before haproxy {version}; {entry.versions[-1]} was the last version with it"
        advice = entry.instead or "remove it"
    return SampleFault(RELEASE, span, message, advice, f"not in {version}")


def _arguments_fault(call: SampleCall, fetch: bool, version: str | None) -> SampleFault | None:
    """Parentheses that are not closed, and arguments that the release refuses."""
    if not call.closed:
        what = f"the {'sample fetch' if fetch else 'converter'} '{call.name}'"
        return SampleFault(ARGUMENTS, _NOWHERE, f"{what} has no ')'", "write ')' after its arguments", "not closed")
    found = argument_fault(call, fetch, version)
    return SampleFault(ARGUMENTS, _NOWHERE, *found) if found is not None else None


def _rest_fault(word: Word, expression: SampleExpression) -> SampleFault | None:
    if not expression.calls:
        if word.value.startswith("%["):
            advice = "write the expression without '%[' and ']', which only log formats have"
        else:
            advice = "write a fetch such as 'src'"
        message = f"'{clipped(word.value)}' is not a sample expression: it begins with no fetch"
        return SampleFault(NAME, word.span, message, advice, "no fetch")
    if not expression.rest:
        return None
    before, rest = expression.calls[-1].name, expression.rest
    span = span_in(word, expression.end, len(rest))
    if rest.startswith(")"):
        message, advice = f"unexpected ')' after '{before}'", "remove it, or write the '(' that it closes"
    else:
        message, advice = f"unexpected '{clipped(rest)}' after '{before}'", "write a comma before a converter"
    return SampleFault(ARGUMENTS, span, message, advice, "no comma")
