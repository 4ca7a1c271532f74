"""Terms of conditions whose fetch is not available when their rule runs: they are false (measured with 2.6.12)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.grammar.haproxy_samples import read_sample
from parsers.keywords.haproxy_samples import match_method, sample_table, types, usable
from parsers.records import NamedTuple
from rules.support.haproxy.samples.arguments import entry_of
from rules.support.haproxy.samples.expressions import place_help
from rules.support.haproxy.samples.places import columns, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.facts.haproxy.section import ProxySection
    from parsers.haproxy import HaproxyLine
    from parsers.keywords.haproxy import HaproxyKeyword
    from parsers.source import Span
    from parsers.tree import Word

_REFUSALS = ("deny", "reject", "tarpit", "silent-drop")


class Unavailable(NamedTuple):
    """A term that is always false: its place, what to say, what to write, and the definition of its ACL."""

    span: Span
    message: str
    help: str
    definition: Span | None


class _Term(NamedTuple):
    """One term: the words of an expression in braces, or the one word that names an ACL."""

    words: Sequence[Word]
    named: bool
    negated: bool


def unavailable(config: HaproxyConfig, keywords: Sequence[str], version: str | None) -> Iterator[Unavailable]:
    """The first such term of each line."""
    keywords = config.used(keywords)
    for proxy in config.proxies:
        if proxy.disabled:
            continue
        index = proxy.section.index()
        named: dict[tuple[str, int], tuple[str, Span | None]] = {}
        there: dict[int, bool] = {}
        for keyword in keywords:
            for line in proxy.all(keyword) if keyword in index else ():
                where = columns(rules_of(line), proxy) if line.condition is None else 0
                if not where or (_names_only(line) and _all_there(proxy, where, version, there)):
                    continue
                found = _in_line(proxy, line, where, version, named)
                if found is not None:
                    yield found


def _names_only(line: HaproxyLine) -> bool:
    """Whether there is certainly no expression in braces in the line's condition."""
    text = line.line_text
    return not ("{" in text or "\\x" in text or "$" in text)


def _all_there(proxy: Proxy, where: int, version: str | None, there: dict[int, bool]) -> bool:
    """Whether no ACL of the proxy lacks its fetch in rules of this kind; `there` keeps the answers."""
    known = there.get(where)
    if known is None:
        acls = (acl for owner in _with_defaults(proxy) for acl in owner.acl_lines if acl.line.condition is None)
        known = there[where] = not any(_missing_in(acl.line, acl.expression, where, version) for acl in acls)
    return known


def _with_defaults(proxy: Proxy) -> Iterator[ProxySection]:
    """The proxy, and the `defaults` sections that it inherits from."""
    owner: ProxySection | None = proxy
    while owner is not None:
        yield owner
        owner = owner.defaults


def _in_line(
    proxy: Proxy,
    line: HaproxyLine,
    where: int,
    version: str | None,
    named: dict[tuple[str, int], tuple[str, Span | None]],
) -> Unavailable | None:
    """`named`: what was found out about ACLs of this proxy before."""
    args = line.args
    at = next((at for at, word in enumerate(args) if word.value in ("if", "unless") and not word.quoted), len(args))
    if at == len(args):
        return None
    terms = list(_terms(args[at + 1 :]))
    for term in terms:
        key = (term.words[0].value.lstrip("!"), where)
        if term.named and key in named:
            name, definition = named[key]
        else:
            name, definition = _fetch(proxy, term, where, version)
            if term.named:
                named[key] = name, definition
        if name:
            return _said(line, term, name, definition, alone=len(terms) == 1 and args[at].value)
    return None


def _terms(words: Sequence[Word]) -> Iterator[_Term]:
    start, negated = None, False
    for at, word in enumerate(words):
        text = word.value
        if start is not None:
            if text == "}":
                if at > start:
                    yield _Term(words[start:at], False, negated)
                start, negated = None, False
            continue
        name = text.lstrip("!")
        negated ^= (len(text) - len(name)) % 2 == 1
        if name == "{":
            start = at + 1
        elif name in ("or", "||"):
            negated = False
        elif name:
            yield _Term((word,), True, negated)
            negated = False


def _fetch(proxy: Proxy, term: _Term, where: int, version: str | None) -> tuple[str, Span | None]:
    """The fetch that is missing, if no definition of the ACL can match; "" otherwise."""
    if not term.named:
        return _missing(term.words[0], where, version), None
    definitions = proxy.acls.get(term.words[0].value.lstrip("!"), [])
    missing = [_missing_in(line, line.arg(1), where, version) if line.condition is None else "" for line in definitions]
    if not missing or not all(missing):
        return "", None
    return missing[0], definitions[0].args[1].span


def _missing_in(line: HaproxyLine, expression: str, where: int, version: str | None) -> str:
    """The same for the expression of an `acl` line."""
    certain = line.is_plain or not any(word.dynamic for word in line.args[1:2])
    return _unusable(expression, where, version) if certain else ""


def _missing(word: Word, where: int, version: str | None) -> str:
    """The name of an expression's fetch that can not be used there, or ""."""
    return "" if word.dynamic else _unusable(word.value, where, version)


@lru_cache(2048)  # files have the same few again and again
def _unusable(text: str, where: int, version: str | None) -> str:
    expression = read_sample(text)
    if expression is None or not expression.calls:
        return ""
    name = expression.calls[0].name
    entry = entry_of(name, fetch=True)
    use = usable(entry, version) if entry is not None else 0
    return name if use and not use & where else ""


def _said(line: HaproxyLine, term: _Term, name: str, definition: Span | None, alone: str | bool) -> Unavailable:
    rules = rules_of(line)
    words = list(term.words)
    first, last = words[0], words[-1]
    span = first.span if first is last else first.span.source.span(first.start, last.end)
    action = line.args[1].value if rules != line.keyword and len(line.args) > 1 else line.first_arg
    what = f"'{name}'" + (f" (ACL '{first.value.lstrip('!')}')" if term.named else "")
    message = (
        f"{what} is not available in '{rules}' rules, so this term is always {'true' if term.negated else 'false'}"
    )
    if alone:
        acts = (alone == "unless") != term.negated
        refuses = action in _REFUSALS
        if acts:
            message += ": every client is refused" if refuses else ": the rule always applies"
        else:
            message += ": nobody is refused" if refuses else ": the rule never applies"
    entry = entry_of(name, fetch=True)
    assert entry is not None
    return Unavailable(span, message, place_help(entry.name, usable(entry), rules, _method(name, entry)), definition)


def _method(name: str, entry: HaproxyKeyword) -> str:
    """The match method that a variable needs in place of a fetch."""
    keyword = sample_table().acls.exact(name)
    if keyword is not None:
        return match_method(keyword)
    kinds = types(entry, None)
    return {"sint": "int", "bool": "bool", "ipv4": "ip", "addr": "ip", "ipv6": "ip"}.get(kinds[0], "str")
