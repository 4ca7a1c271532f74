"""Which sections of an existing haproxy.cfg serve the endpoint already, and what nobody needs once they are gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from parsers.facts.haproxy import HaproxyConfig, Proxy
from parsers.haproxy.sections import Section
from parsers.tree import Problem
from rules.text import clipped, listed
from wizard.merge.clashes import same_names, same_ports
from wizard.merge.sections import header, line_of

# Sections that do nothing unless another one names them. A `log-forward` does something, and from a `defaults` whatever
# is written below it later may inherit.
_NAMED_BY_OTHERS = frozenset(
    ("backend", "cache", "fcgi-app", "http-errors", "mailers", "peers", "resolvers", "ring", "userlist")
)
_NAME = re.compile(r"[\w.:-]+")
_BEFORE_A_NAME = frozenset(
    (
        *("default_backend", "use_backend", "resolvers", "peers", "mailers", "table"),
        *("cache-use", "cache-store", "errorfiles", "use-fcgi-app"),
    )
)
_WITH_A_NAME = re.compile(r"http_auth(?:_group)?\(([^)\s]+)\)|ring@(\S+)")


class InTheWay(NamedTuple):
    """A section of others that haproxy could not tell from halb's; `serves`: it leads to the endpoint's servers."""

    section: Section
    serves: bool


def in_the_way(config: HaproxyConfig, foreign: Sequence[Section], rendered: HaproxyConfig) -> list[InTheWay]:
    """The sections of others with a listening address or a name of halb's, in the order of the file.

    One that leads to any of the rendered API servers, by address, serves the endpoint: halb's sections do what it did.
    """
    own = [section for section in rendered.sections if section.keyword != "global"]
    places = {problem.span.start for problem in (*same_names(foreign, own), *same_ports(config, foreign, rendered))}
    servers = set(_hosts(rendered.proxies))
    found = []
    for section in foreign:
        if section.keyword != "global" and any(_inside(place, section) for place in places):
            found.append(InTheWay(section, not servers.isdisjoint(_hosts(_reached(config, section)))))
    return found


def _inside(place: int, section: Section) -> bool:
    last = section.last_line() if section.line_count else section.header
    return section.header.start <= place <= last.start + len(last.line_text)


def _hosts(proxies: Iterable[Proxy]) -> Iterator[str]:
    """The addresses, or names, of the servers."""
    for proxy in proxies:
        for server in proxy.servers if proxy.is_backend else ():
            if server.address is not None:
                yield str(server.address)
            elif server.host.known and server.host.value is not None:
                yield server.host.value


def _reached(config: HaproxyConfig, section: Section) -> list[Proxy]:
    """The section as a proxy, and the backends that it sends to."""
    own = next((proxy for proxy in config.proxies if proxy.section is section), None)
    if own is None:
        return []
    routes = config.routes(own) if own.is_frontend else []
    return [own, *(target for _, target in routes if target is not None and target is not own)]


class Rest(NamedTuple):
    """What becomes of the sections that the removed ones name: `unused` by anything else, and notes on the others."""

    unused: list[Section]
    notes: list[Problem]


def left_behind(removed: Sequence[Section], others: Sequence[Section]) -> Rest:
    """What the `removed` sections name, and nothing of the `others` does (`others` are all that stay, `global` too).

    A word that is the section's name counts as naming it, wherever it stands, also in a condition (`nbsrv(name)`) or
    before a server's name: what may be in use stays, with a note.
    """
    gone, staying, unused = list(removed), list(others), list[Section]()
    while found := _unused(gone, staying):
        unused += found
        gone += found
        staying = [section for section in staying if section not in found]
    return Rest(unused, list(_still_used(gone, staying)))


def _unused(gone: Sequence[Section], staying: Sequence[Section]) -> list[Section]:
    wanted = _references(gone)
    uses = [use for section in staying for use in section.all("use_backend")]
    chosen_later = any("%[" in word.value for use in uses for word in use.words)
    result = []
    for section in staying:
        name = section.name.value if section.name else ""
        if not _depends(section) or name not in wanted or _users(section, name, staying):
            continue
        if not (chosen_later and section.keyword == "backend"):
            result.append(section)
    return result


def _users(section: Section, name: str, staying: Sequence[Section]) -> list[Section]:
    return [other for other in staying if other is not section and name in _words(other)]


def _depends(section: Section) -> bool:
    return section.keyword in _NAMED_BY_OTHERS and section.condition is None


def _references(sections: Iterable[Section]) -> set[str]:
    """The names that certainly are those of other sections."""
    found: set[str] = set()
    for section in sections:
        for line in section.directives:
            words = [word.value for word in line.words]
            found.update(name for before, name in pairwise(words) if before in _BEFORE_A_NAME)
            for match in _WITH_A_NAME.finditer(" ".join(words)):
                found.add(match[1] or match[2])
    return found


def _words(section: Section) -> set[str]:
    """Whatever may be a name in the lines of a section: words, and what stands between the signs of expressions."""
    words = [word.value for line in section.directives for word in line.words]
    if section.from_name is not None:
        words.append(section.from_name.value)
    return {*words, *(name for word in words for name in _NAME.findall(word))}


def _still_used(gone: Sequence[Section], staying: Sequence[Section]) -> Iterator[Problem]:
    """A note for each section that stays because something else names it too, or may."""
    wanted = _references(gone)
    for section in staying:
        name = section.name.value if section.name else ""
        if not _depends(section) or name not in wanted:
            continue
        users = [f"'{clipped(header(user))}'" for user in _users(section, name, staying)]
        verb = "name" if len(users) > 1 else "names"
        why = f"{listed(users)} {verb} it" if users else "a 'use_backend' may choose it at run time"
        yield Problem("stays", section.span, f"{clipped(section.label)} (line {line_of(section)}) stays: {why}")
