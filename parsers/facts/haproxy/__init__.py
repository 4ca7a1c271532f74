"""What haproxy.cfg says, section by section, with inheritance resolved: `haproxy_facts(documents)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from parsers.facts.haproxy.bind import Bind, BindAddress
from parsers.facts.haproxy.lines import UseBackend, as_text, header_value, line_value
from parsers.facts.haproxy.options import Option
from parsers.facts.haproxy.proxy import CHECK_OPTIONS, Proxy
from parsers.facts.haproxy.server import Server
from parsers.facts.values import Value
from parsers.grammar.common import read_int
from parsers.haproxy.document import HaproxyDocument
from parsers.haproxy.lines import HaproxyLine
from parsers.haproxy.sections import Section
from parsers.records import cached_property
from parsers.source import Span
from parsers.tree import Word

__all__ = [
    "CHECK_OPTIONS", "Bind", "BindAddress", "Global", "HaproxyConfig", "NamedSection", "Option", "Proxy", "Server",
    "UseBackend", "haproxy_facts",
]  # fmt: skip

# Problems after which statements may be lost.
_BLINDING = frozenset(("unterminated-quote", "nul-character", "text-outside-section", "conditional-directive"))
_PROXIES = frozenset(("frontend", "backend", "listen"))


class Global:
    """All `global` sections as one."""

    def __init__(self, sections: list[Section]) -> None:
        self.sections = sections

    def all(self, keyword: str) -> Sequence[HaproxyLine]:
        """The lines with this keyword, in file order."""
        return [line for section in self.sections for line in section.all(keyword)]

    def get(self, keyword: str) -> HaproxyLine | None:
        """The last line with this keyword."""
        lines = self.all(keyword)
        return lines[-1] if lines else None

    def has(self, keyword: str) -> bool:
        """Whether any line has this keyword."""
        return any(keyword in section.index() for section in self.sections)

    def setting(self, keyword: str) -> Value[str] | None:
        """The first argument of the last line with this keyword."""
        line = self.get(keyword)
        if line is None:
            return None
        return line_value(line, line.args[0] if line.args else None, as_text)

    @property
    def directives(self) -> Sequence[HaproxyLine]:
        """All lines, in file order."""
        return [line for section in self.sections for line in section.directives]

    @property
    def logs(self) -> Sequence[HaproxyLine]:
        """The `log` lines (targets of `log global`)."""
        return [line for line in self.all("log") if not line.prefix]

    @cached_property
    def maxconn(self) -> Value[int] | None:
        """`maxconn`; the first one counts when it is repeated (measured with haproxy 2.6.12)."""
        lines = self.all("maxconn")
        if not lines:
            return None
        args = lines[0].args
        return line_value(lines[0], args[0] if args else None, read_int)

    @property
    def stats_sockets(self) -> list[Bind]:
        """The `stats socket` lines, read like `bind` lines."""
        return [StatsSocket(line) for line in self.all("stats") if line.args and line.args[0].value == "socket"]


class StatsSocket(Bind):
    """A `stats socket` line: its address follows the word `socket`."""

    __slots__ = ()

    def _words(self) -> Sequence[Word]:
        return self.directive.args[1:]


class NamedSection:
    """One named section that is not a proxy: a userlist, resolvers, peers, cache, ..."""

    __slots__ = ("name", "section")

    def __init__(self, section: Section) -> None:
        self.section = section
        self.name = header_value(section, section.name)

    @property
    def span(self) -> Span:
        """The header line."""
        return self.section.span

    @property
    def kind(self) -> str:
        """The section keyword."""
        return self.section.keyword

    @property
    def directives(self) -> Sequence[HaproxyLine]:
        """The lines, in file order."""
        return self.section.directives

    def all(self, keyword: str) -> Sequence[HaproxyLine]:
        """The lines with this keyword."""
        return self.section.all(keyword)


class HaproxyConfig:
    """The files of one haproxy, in the order haproxy reads them.

    `defaults` and `proxies` in file order; `defaults` sections reach into the following files, other sections end
    with their file. `complete` is false when a template, a conditional block or a parser problem leaves open what
    exists: whoever looks for something that is nowhere must stay silent.
    """

    def __init__(self, documents: Sequence[HaproxyDocument]) -> None:
        self.documents = list(documents)
        self.sections: list[Section] = [section for document in documents for section in document.sections]
        self.defaults: list[Proxy] = []
        self.proxies: list[Proxy] = []
        self.global_ = Global([section for section in self.sections if section.keyword == "global"])
        self._named: dict[str, dict[str, list[NamedSection]]] = {}
        self._link()

    def _link(self) -> None:
        last: Proxy | None = None
        by_name: dict[str, Proxy] = {}
        for section in self.sections:
            if section.keyword not in _PROXIES and section.keyword != "defaults":
                continue
            parent, known = last, True
            if section.from_name is not None:
                parent = by_name.get(section.from_name.value)
                known = parent is not None and not section.from_name.dynamic
            elif section.keyword == "defaults":
                parent = None  # a new anonymous set starts empty; only `from` copies another one
            proxy = Proxy(section, parent, defaults_known=known)
            if section.keyword == "defaults":
                self.defaults.append(proxy)
                last = proxy
                if section.name is not None:
                    by_name[section.name.value] = proxy
            else:
                self.proxies.append(proxy)

    @property
    def paths(self) -> list[str]:
        """The paths of the files."""
        return [document.path for document in self.documents]

    @cached_property
    def complete(self) -> bool:
        """Whether all that exists is known."""
        return all(
            document.complete
            and not document.templated
            and not any(problem.kind in _BLINDING for problem in document.problems)
            for document in self.documents
        )

    @cached_property
    def frontends(self) -> list[Proxy]:
        """The proxies that listen: `frontend` and `listen`."""
        return [proxy for proxy in self.proxies if proxy.is_frontend]

    @cached_property
    def backends(self) -> list[Proxy]:
        """The proxies with servers: `backend` and `listen`."""
        return [proxy for proxy in self.proxies if proxy.is_backend]

    @cached_property
    def _by_name(self) -> dict[str, list[Proxy]]:
        found: dict[str, list[Proxy]] = {}
        for proxy in self.proxies:
            if proxy.section.name is not None:
                found.setdefault(proxy.section.name.value, []).append(proxy)
        return found

    def used(self, keywords: Iterable[str]) -> list[str]:
        """Those of some keywords that any section has a line with: most of those that rules ask for are nowhere."""
        return [keyword for keyword in keywords if keyword in self._keywords]

    @cached_property
    def _keywords(self) -> frozenset[str]:
        return frozenset[str]().union(*(section.index() for section in self.sections))

    def named_proxies(self, name: str) -> list[Proxy]:
        """All proxies of this name, in file order."""
        return self._by_name.get(name, [])

    def backend(self, name: str) -> Proxy | None:
        """The `backend` or `listen` section that `default_backend name` means."""
        return next((proxy for proxy in self.named_proxies(name) if proxy.is_backend), None)

    def frontend(self, name: str) -> Proxy | None:
        """The `frontend` or `listen` section of this name."""
        return next((proxy for proxy in self.named_proxies(name) if proxy.is_frontend), None)

    def routes(self, proxy: Proxy) -> list[tuple[Value[str], Proxy | None]]:
        """The backends a frontend sends to, `default_backend` last; None for one that does not exist.

        Backends that are chosen at run time (`use_backend %[...]`) are left out: see `UseBackend.dynamic`.
        """
        names = [use.backend for use in proxy.use_backends if not use.dynamic]
        if proxy.default_backend is not None:
            names.append(proxy.default_backend)
        return [(name, self.backend(name.value)) for name in names if name.value is not None]

    def feeders(self, backend: Proxy) -> list[Proxy]:
        """The frontends that send to a backend by name, in file order; a `listen` section with a `bind` is its own."""
        return self._feeders.get(id(backend), [])

    @cached_property
    def _feeders(self) -> dict[int, list[Proxy]]:
        found: dict[int, list[Proxy]] = {}
        for frontend in self.frontends:
            targets = {id(target) for _, target in self.routes(frontend) if target is not None}
            if frontend.is_backend and frontend.binds:
                targets.add(id(frontend))
            for key in targets:
                found.setdefault(key, []).append(frontend)
        return found

    def kinds(self) -> Iterator[str]:
        """The section keywords that occur, in order of first use."""
        yield from dict.fromkeys(section.keyword for section in self.sections)

    def named(self, kind: str) -> dict[str, list[NamedSection]]:
        """The sections of one kind (userlist, resolvers, peers, ...) by name."""
        found = self._named.get(kind)
        if found is None:
            found = self._named[kind] = {}
            for section in self.sections:
                if section.keyword == kind and section.name is not None:
                    found.setdefault(section.name.value, []).append(NamedSection(section))
        return found

    @property
    def resolvers(self) -> dict[str, list[NamedSection]]:
        """`resolvers` sections by name."""
        return self.named("resolvers")

    @property
    def peers(self) -> dict[str, list[NamedSection]]:
        """`peers` sections by name."""
        return self.named("peers")

    @property
    def caches(self) -> dict[str, list[NamedSection]]:
        """`cache` sections by name."""
        return self.named("cache")


def haproxy_facts(documents: Sequence[HaproxyDocument]) -> HaproxyConfig:
    """The facts of one haproxy's files, in the order it is given them (`-f a -f b`)."""
    return HaproxyConfig(documents)
