"""Which sections of an existing haproxy.cfg serve the endpoint already, and what nobody needs once they are gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from parsers.facts.haproxy import BindAddress, HaproxyConfig, Proxy
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
    """A section of others that haproxy could not tell from halb's; `serves`: halb's sections do all that it did."""

    section: Section
    serves: bool


def in_the_way(
    config: HaproxyConfig, foreign: Sequence[Section], rendered: HaproxyConfig, serving: EndpointSections
) -> list[InTheWay]:
    """The sections of others with a listening address or a name of halb's, in the order of the file.

    Where none of these serves the endpoint, so is each that leads to its servers and listens on no other port, as far
    as that can be read: it is what the endpoint was imported from, and `bind` may be what is wrong in it.
    """
    own = [section for section in rendered.sections if section.keyword != "global"]
    places = {problem.span.start for problem in (*same_names(foreign, own), *same_ports(config, foreign, rendered))}
    others = [section for section in foreign if section.keyword != "global"]
    found = [one for one in others if any(_inside(place, one) for place in places)]
    if not any(serving.leads_there(section) for section in found):
        found = [one for one in others if one in found or serving.is_its_door(one)]
    return [InTheWay(section, serving.replaces(section)) for section in found]


class EndpointSections:
    """Which sections of a file do what halb's `rendered` ones do."""

    def __init__(self, config: HaproxyConfig, rendered: HaproxyConfig) -> None:
        self.config = config
        self.servers = set(_hosts(rendered.proxies))
        self.names = {server.name.value for proxy in rendered.backends for server in proxy.servers}
        self.headers = {header(section) for section in rendered.sections if section.name}
        doors = (proxy for backend in rendered.backends for proxy in rendered.feeders(backend))
        self.ports = {address.port_start for proxy in doors for address in _addresses(proxy)}

    def replaces(self, section: Section) -> bool:
        """Whether nothing is lost with it: it leads to the API servers, has a name of halb's, or serves nobody."""
        if header(section) in self.headers or self.leads_there(section):
            return True
        proxy = next((proxy for proxy in self.config.proxies if proxy.section is section), None)
        return proxy is None or not (proxy.is_frontend or proxy.servers)

    def leads_there(self, section: Section) -> bool:
        """Whether the section sends to any of the API servers, by address, or by name where it says another address."""
        proxies = _reached(self.config, section)
        named = (server.name.value for proxy in proxies if proxy.is_backend for server in proxy.servers)
        return not self.servers.isdisjoint(_hosts(proxies)) or not self.names.isdisjoint(named)

    def is_its_door(self, section: Section) -> bool:
        """Whether a section listens, leads to the API servers, and has no port that is not the endpoint's."""
        proxy = next((proxy for proxy in self.config.proxies if proxy.section is section), None)
        if proxy is None or not proxy.is_frontend or section.condition is not None or not self.leads_there(section):
            return False
        ports = {address.port_start for address in _addresses(proxy)} - {None}
        return ports <= self.ports


def _addresses(proxy: Proxy) -> Iterator[BindAddress]:
    """What a proxy listens on, as far as it can be read."""
    return (address for bind in proxy.binds for address in bind.addresses)


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


def left_behind(removed: Sequence[Section], others: Sequence[Section], serving: EndpointSections) -> Rest:
    """What the `removed` sections name, and nothing of the `others` does (`others` are all that stay, `global` too).

    So is a backend of the API servers that nobody names at all: it would check them for ever, for no client.
    A word that is the section's name counts as naming it, wherever it stands, also in a condition (`nbsrv(name)`) or
    before a server's name: what may be in use stays, with a note.
    """
    gone, staying, unused = list(removed), list(others), list[Section]()
    while found := _unused(gone, staying, serving):
        unused += found
        gone += found
        staying = [section for section in staying if section not in found]
    return Rest(unused, list(_still_used(gone, staying)))


def _unused(gone: Sequence[Section], staying: Sequence[Section], serving: EndpointSections) -> list[Section]:
    wanted = _references(gone)
    uses = [use for section in staying for use in section.all("use_backend")]
    chosen_later = any("%[" in word.value for use in uses for word in use.words)
    result = []
    for section in staying:
        name = section.name.value if section.name else ""
        if not _depends(section) or _users(section, name, staying):
            continue
        if name not in wanted and not (section.keyword == "backend" and serving.leads_there(section)):
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
