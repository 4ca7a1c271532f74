"""Proxies, servers, stick tables and userlists that expressions name, and tables that they have to fit (2.6 to 3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.grammar.haproxy_samples import read_format, read_sample
from parsers.keywords.haproxy_samples import signatures
from rules.support.haproxy.samples.arguments import entry_of, unquoted
from rules.support.haproxy.samples.expressions import kinds_of, span_in
from rules.support.haproxy.samples.kinds import ARGUMENTS, LOG_FORMAT, REFERENCE, SampleFault
from rules.support.haproxy.samples.types import fits, named
from rules.text.suggestions import hint

if TYPE_CHECKING:
    from collections.abc import Collection

    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.grammar.haproxy_samples import SampleCall, SampleExpression
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word
    from rules.support.haproxy.samples.kinds import SamplePlace

_RESOLVED = "bfvtu"
# The types of stick tables -> those of values.
_TABLE_TYPES = {"ip": "ipv4", "ipv6": "ipv6", "integer": "sint", "string": "str", "binary": "bin"}
_TABLE = "'stick-table'"


def reference_faults(
    config: HaproxyConfig, proxy: Proxy, line: HaproxyLine, place: SamplePlace, version: str | None
) -> Iterator[SampleFault]:
    """What an expression without other faults names that the configuration does not have."""
    word = place.word
    if word.dynamic:
        return
    expressions = _expressions(place)
    for expression in expressions:
        for position, call in enumerate(expression.calls):
            if not _names_something(call.name, position == 0, version):
                continue
            found = _call_fault(config, proxy, word, call, position == 0, version)
            if found is not None:
                yield found
                return
    if place.table and expressions:
        yield from _table_faults(config, proxy, line, place, expressions[0], version)


def names_nothing(place: SamplePlace, version: str | None) -> bool:
    """Whether the expression is judged by its own text alone, wherever else in the configuration it stands."""
    if place.table or place.word.dynamic:
        return False
    return not any(
        _names_something(call.name, position == 0, version)
        for expression in _expressions(place)
        for position, call in enumerate(expression.calls)
    )


def _expressions(place: SamplePlace) -> list[SampleExpression]:
    text = place.word.value
    if place.kind == LOG_FORMAT:
        return [part.expression for part in read_format(text) or () if part.expression is not None]
    whole = read_sample(text)
    return [whole] if whole is not None else []


@lru_cache(512)
def _names_something(name: str, fetch: bool, version: str | None) -> bool:
    """Whether a fetch or converter takes the name of something."""
    entry = entry_of(name, fetch)
    return entry is not None and any(s.letters.strip("simMaApr") for s in signatures(entry, version))


def _call_fault(
    config: HaproxyConfig, proxy: Proxy, word: Word, call: SampleCall, fetch: bool, version: str | None
) -> SampleFault | None:
    entry = entry_of(call.name, fetch)
    if entry is None:
        return None
    taken = {signature.letters for signature in signatures(entry, version)}
    letters = taken.pop() if len(taken) == 1 else ""
    given = [unquoted(text) for text in call.arguments] if call.arguments is not None else []
    if not given and signatures(entry, version)[0].least:
        given = [""]
    for letter, name in zip(letters, given, strict=False):
        if letter in _RESOLVED:
            message, advice = _unresolved(config, proxy, letter, name)
            if message:
                place = word.value.find(name, call.start + len(call.name)) if name else -1
                span = span_in(word, *((place, len(name)) if place >= 0 else (call.start, len(call.name))))
                what = f"'{call.name}': {message}" if name else f"'{call.name}' {message}"
                return SampleFault(REFERENCE, span, what, advice, "not defined")
    return None


def _unresolved(config: HaproxyConfig, proxy: Proxy, letter: str, name: str) -> tuple[str, str]:
    """What is wrong with a name, and what to write; nothing if all is well or not known."""
    if letter == "u":
        known = config.named("userlist")
        return ("", "") if name in known else _missing("userlist", name, known)
    if letter == "t":
        return _table_of(config, proxy, name)
    if letter == "v":
        return _server(config, proxy, name)
    side = "backend" if letter == "b" else "frontend"
    if not name:
        own = proxy.is_backend if letter == "b" else proxy.is_frontend
        message = f"needs the name of a {side}: {proxy.label} is none"
        return ("", "") if own else (message, f"write the name of a {side} in parentheses")
    names = _names(config, side)
    return ("", "") if name in names else _missing(side, name, names)


@lru_cache(maxsize=24)
def _names(config: HaproxyConfig, side: str) -> dict[str, None]:
    """The names of frontends, of backends, or of sections with a stick table, in the order of the file."""
    sections = {"backend": config.backends, "frontend": config.frontends, "table": config.proxies}[side]
    return {p.name.raw: None for p in sections if p.name is not None and (side != "table" or p.has("stick-table"))}


def _missing(kind: str, name: str, known: Collection[str]) -> tuple[str, str]:
    advice = hint(name, known, f"add a section '{kind} {name}', or correct the name")
    return f"there is no '{kind}' section '{name}'", advice


def _server(config: HaproxyConfig, proxy: Proxy, name: str) -> tuple[str, str]:
    owner, slash, server = name.rpartition("/")
    holder = config.backend(owner) if slash else proxy
    if holder is None:
        return _missing("backend", owner, _names(config, "backend"))
    names = {other.name_text for other in holder.servers}
    if server in names or any(other.template or other.name.value is None for other in holder.servers):
        return "", ""
    advice = "write BACKEND/SERVER" if not slash and not holder.is_backend else "name one of its servers"
    return f"{holder.label} has no server '{server}'", hint(server, names, advice)


def _table_of(config: HaproxyConfig, proxy: Proxy, name: str) -> tuple[str, str]:
    if not name:
        message = f"needs the name of a stick table: {proxy.label} has none"
        return ("", "") if proxy.has("stick-table") else (message, f"name one that has a {_TABLE} line")
    if "/" in name:  # of a peers section
        return "", ""
    tables = _names(config, "table")
    if name in tables:
        return "", ""
    return f"there is no stick table '{name}'", hint(name, tables, f"name a section that has a {_TABLE} line")


def _table_faults(
    config: HaproxyConfig,
    proxy: Proxy,
    line: HaproxyLine,
    place: SamplePlace,
    expression: SampleExpression,
    version: str | None,
) -> Iterator[SampleFault]:
    """The stick table that a line stores in: the one it names, or that of its proxy."""
    args = line.args
    at = next((at for at, word in enumerate(args) if word is place.word), len(args))
    named_table = next((args[i + 1] for i in range(at + 1, len(args) - 1) if args[i].value == "table"), None)
    if named_table is not None and named_table.dynamic:
        return
    name = named_table.value if named_table is not None else ""
    message, advice = _table_of(config, proxy, name)
    if message:
        span = named_table.span if named_table is not None else place.word.span
        action = args[at - 1].value if 0 < at < len(args) else ""
        what = f"'{action}': {message}" if name else f"'{action}' {message}"
        yield SampleFault(REFERENCE, span, what, advice, "not defined")
        return
    holders = config.named_proxies(name) if name else [proxy]
    table = next((found for holder in holders if (found := holder.get("stick-table")) is not None), None)
    if table is None or any(word.dynamic for word in table.args) or table.condition is not None:
        return
    words = [word.value for word in table.args]
    kind = words[words.index("type") + 1] if "type" in words[:-1] else ""
    kinds = kinds_of(expression, version)
    if kind in _TABLE_TYPES and not fits(kinds, (_TABLE_TYPES[kind],), version):
        message = (
            f"a stick table of type '{kind}' can not store what '{place.word.value}' gives: {named(sorted(kinds))}"
        )
        advice = "write an expression that the table can store, or change the type of the table"
        yield SampleFault(ARGUMENTS, place.word.span, message, advice, "types do not fit")
