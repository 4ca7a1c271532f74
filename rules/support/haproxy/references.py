"""The names that a haproxy.cfg refers to, by what they should be: caches, peers, userlists, ..."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.facts.haproxy.server import option_words
from parsers.haproxy.lines import HaproxyLine
from parsers.records import NamedTuple

if TYPE_CHECKING:
    from parsers.facts.haproxy import Proxy
    from parsers.haproxy import Section
    from parsers.tree import Word


class Reference(NamedTuple):
    """One name that a line refers to: the section keyword that should define it, and the word that has it."""

    kind: str
    name: str
    word: Word


Reader = Callable[["HaproxyLine"], Iterator[Reference]]

# Actions that name a section, by the keyword of that section; for names in expressions see `samples.names`.
_CALLS = {
    "resolvers": re.compile(r"do-resolve\([^(),\s]+,([^(),\s]+)"),
}


def _after(line: HaproxyLine, keyword: str, kind: str) -> Iterator[Reference]:
    """The word after `keyword` among the arguments."""
    args = line.args
    for word, value in pairwise(args):
        if word.value == keyword:
            yield Reference(kind, value.value, value)


def _first(line: HaproxyLine, kind: str, skip: str = "") -> Iterator[Reference]:
    """The first argument (the second one if the first is the word `skip`)."""
    args = line.args
    if not skip and args:
        yield Reference(kind, args[0].value, args[0])
    elif len(args) > 1 and args[0].value == skip:
        yield Reference(kind, args[1].value, args[1])


def _inside(line: HaproxyLine, *kinds: str) -> Iterator[Reference]:
    """The names in actions such as `do-resolve(VARIABLE,NAME)`."""
    for word in line.args:
        if "(" in word.value:
            for kind in kinds:
                for found in _CALLS[kind].finditer(word.value):
                    yield Reference(kind, found[1], word)


def _rules(line: HaproxyLine) -> Iterator[Reference]:
    yield from _inside(line, *_CALLS)
    args = line.args
    if args and args[0].value in ("deny", "return", "tarpit"):
        yield from _after(line, "errorfiles", "http-errors")
    if args and args[0].value in ("cache-use", "cache-store"):
        yield from _first(line, "cache", args[0].value)


def _filters(line: HaproxyLine) -> Iterator[Reference]:
    yield from _first(line, "cache", "cache")
    yield from _first(line, "fcgi-app", "fcgi-app")


_READERS: dict[str, Reader] = {
    "http-request": _rules,
    "http-response": _rules,
    "http-after-response": _rules,
    "tcp-request": _rules,
    "tcp-response": _rules,
    "filter": _filters,
    "http-error": lambda line: _after(line, "errorfiles", "http-errors"),
    "errorfiles": lambda line: _first(line, "http-errors"),
    "use-fcgi-app": lambda line: _first(line, "fcgi-app"),
    "stick-table": lambda line: _after(line, "peers", "peers"),
}
_SERVER_LINES = ("server", "server-template")


def references(section: Section, *, servers: bool = True) -> Iterator[tuple[HaproxyLine, Reference]]:
    """The names in the lines of a proxy section, except ACLs and the targets of `use_backend` and the like.

    Without `servers`, those of server lines are left out: which resolvers they use.
    """
    index = section.index()
    for keyword, reader in _READERS.items():
        if keyword in index:
            for line in section.all(keyword):
                yield from ((line, reference) for reference in reader(line))
    for keyword in _SERVER_LINES if servers else ():
        for line in section.all(keyword) if keyword in index else ():
            if "resolvers" in option_words(line, keyword):
                yield from ((line, reference) for reference in _after(line, "resolvers", "resolvers"))


def inherited_resolvers(proxy: Proxy) -> Iterator[tuple[HaproxyLine, Reference]]:
    """The resolvers that a server has from a `default-server` line; without such a server haproxy does not look.

    Measured with haproxy 2.6.12.
    """
    if not proxy.is_backend or "resolvers" not in proxy.server_defaults.options:
        return
    seen = set()
    for server in proxy.servers:
        option = server.option("resolvers")
        if option is None or option.origin is None or not option.certain or option.span.start in seen:
            continue
        seen.add(option.span.start)
        for word in option.directive.words:
            if word.start == option.span.start and isinstance(option.directive, HaproxyLine):
                yield option.directive, Reference("resolvers", word.value, word)
