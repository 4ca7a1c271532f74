"""A `frontend`, `backend`, `listen` or `defaults` section with what it inherits."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar, cast

from parsers.facts.haproxy.bind import Bind
from parsers.facts.haproxy.lines import UseBackend, as_text, line_value, to_seconds
from parsers.facts.haproxy.section import ProxySection
from parsers.facts.haproxy.server import Server
from parsers.facts.haproxy.server_defaults import ServerDefaults
from parsers.facts.values import Value
from parsers.grammar.common import read_int
from parsers.haproxy.lines import HaproxyLine
from parsers.keywords.haproxy import KeywordBlock, haproxy_table
from parsers.records import cached_property

T = TypeVar("T")

_MODES = frozenset(("tcp", "http", "log", "spop", "haterm"))  # haproxy 2.6 to 3.5-dev

# `option` words that choose what a health check says; the last one counts. Measured with haproxy 2.6.12.
CHECK_OPTIONS = frozenset(
    ("httpchk", "tcp-check", "ssl-hello-chk", "smtpchk", "mysql-check", "pgsql-check", "redis-check", "ldap-check",
     "spop-check", "external-check")
)  # fmt: skip


class Proxy(ProxySection):
    """One proxy section, or a `defaults` section (`is_frontend` and `is_backend` are both true for it).

    `defaults` is the section it inherits from. A value that was inherited has `origin`; a keyword that haproxy
    ignores on this side of a proxy (`balance` in a frontend) is not among the values.
    """

    defaults: Proxy | None

    # -- settings

    def setting(self, keyword: str) -> Value[str] | None:
        """The first argument of the line that counts, own or inherited, on either side."""
        return self._single(keyword, as_text)

    def _single(self, keyword: str, read: Callable[[str], T | None], here: bool = True) -> Value[T] | None:
        if not here:
            return None
        line = self.section.get(keyword)
        if line is not None:
            return line_value(line, line.args[0] if line.args else None, read)
        if self.defaults is None:
            return None
        inherited = self.defaults._single(keyword, read)
        return inherited.inherited(self.defaults.origin) if inherited and not inherited.origin else inherited

    @cached_property
    def mode(self) -> Value[str] | None:
        """`mode`, own or inherited."""
        return self._single("mode", as_text)

    @cached_property
    def effective_mode(self) -> str | None:
        """The mode haproxy uses: tcp when nothing says otherwise, None when it cannot be known or is not a mode."""
        mode = self.mode
        if mode is None:
            return "tcp" if self.inheritance_certain else None
        return mode.value if mode.certain and mode.value in _MODES else None

    @cached_property
    def balance(self) -> Value[str] | None:
        """`balance`, own or inherited; roundrobin without it."""
        return self._single("balance", as_text, self.is_backend)

    @cached_property
    def maxconn(self) -> Value[int] | None:
        """`maxconn` of a frontend or listen section, own or inherited."""
        return self._single("maxconn", read_int, self.is_frontend)

    @cached_property
    def retries(self) -> Value[int] | None:
        """`retries`; 3 without it."""
        return self._single("retries", read_int, self.is_backend)

    @cached_property
    def default_backend(self) -> Value[str] | None:
        """`default_backend`, own or inherited."""
        return self._single("default_backend", as_text, self.is_frontend)

    @cached_property
    def disabled(self) -> bool:
        """Whether the proxy is switched off (`disabled`, own or inherited, without a later `enabled`)."""
        own = [*self.section.all("disabled"), *self.section.all("enabled")]
        if own:
            return max(own, key=lambda line: line.start).keyword == "disabled"
        return self.defaults.disabled if self.defaults else False

    @cached_property
    def timeouts(self) -> dict[str, Value[float]]:
        """Timeouts in seconds by name, own or inherited, only those that this side uses."""
        found = dict(self.defaults.inheritable_timeouts) if self.defaults else {}
        for line in self.section.all("timeout"):
            args = line.args
            if args:
                found[args[0].value] = line_value(line, args[1] if len(args) > 1 else None, to_seconds)
        return self._of_this_side(found, haproxy_table().timeouts)

    @cached_property
    def inheritable_timeouts(self) -> dict[str, Value[float]]:
        """The timeouts as a proxy sees them that inherits from this section."""
        return self._handed_down(self.timeouts, haproxy_table().timeouts)

    def _of_this_side(self, found: dict[str, Value[T]], block: KeywordBlock) -> dict[str, Value[T]]:
        if self.is_frontend and self.is_backend:
            return found
        side = "FE" if self.is_frontend else "BE"
        entries = {name: block.exact(name) for name in found}
        return {name: v for name, v in found.items() if (entry := entries[name]) is None or side in entry.flags}

    def _handed_down(self, found: dict[str, Value[T]], block: KeywordBlock) -> dict[str, Value[T]]:
        """Only names that haproxy knows: the others are mistakes of the section they are in."""
        origin, known = self.origin, block.known
        return {n: v if v.origin else v.inherited(origin) for n, v in found.items() if n in known}

    def timeout(self, name: str) -> Value[float] | None:
        """One timeout in seconds, own or inherited, or None when it is nowhere set."""
        return self.timeouts.get(name)

    # -- options

    @cached_property
    def options(self) -> dict[str, Value[bool]]:
        """`option X` (true) and `no option X` (false) by name, own or inherited, only those that this side uses.

        `default option X` leaves the name out again. The span of a value is the option's name.
        """
        found = dict(self.defaults.inheritable_options) if self.defaults else {}
        for line in self.section.all("option"):
            args = line.args
            if not args:
                continue
            name = args[0].value
            if line.prefix == "default" and line.condition is None:
                found.pop(name, None)
                continue
            value = line_value(line, args[0], as_text)
            found[name] = Value(not line.prefix, value.raw, value.span, line, value.certain)
        return self._of_this_side(found, haproxy_table().options)

    @cached_property
    def inheritable_options(self) -> dict[str, Value[bool]]:
        """The options as a proxy sees them that inherits from this section."""
        return self._handed_down(self.options, haproxy_table().options)

    def option(self, name: str) -> Value[bool] | None:
        """One option, own or inherited, or None when it is nowhere mentioned."""
        return self.options.get(name)

    # -- health checks

    @cached_property
    def check_options(self) -> list[Value[str]]:
        """All own `option httpchk`, `option tcp-check` and the like, in file order."""
        if not self.is_backend:
            return []
        lines = [line for line in self.section.all("option") if not line.prefix and line.args]
        return [line_value(line, line.args[0], as_text) for line in lines if line.args[0].value in CHECK_OPTIONS]

    @property
    def effective_check(self) -> Value[str] | None:
        """The check option that counts: the last own one, else the inherited one; None is a plain connect."""
        if not self.is_backend:
            return None
        if self.check_options:
            return self.check_options[-1]
        if self.defaults is None:
            return None
        inherited = self.defaults.effective_check
        return inherited.inherited(self.defaults.origin) if inherited and not inherited.origin else inherited

    @property
    def http_checks(self) -> Sequence[HaproxyLine]:
        """The `http-check` lines that count: the own ones, else the inherited ones."""
        return self._rules("http-check")

    @property
    def tcp_checks(self) -> Sequence[HaproxyLine]:
        """The `tcp-check` lines that count: the own ones, else the inherited ones."""
        return self._rules("tcp-check")

    def _rules(self, keyword: str) -> Sequence[HaproxyLine]:
        if not self.is_backend:
            return []
        own = self.section.all(keyword)
        return own or (self.defaults._rules(keyword) if self.defaults else [])

    # -- addresses and servers

    @cached_property
    def binds(self) -> list[Bind]:
        """The `bind` lines that count (none in a backend)."""
        return [Bind(line) for line in self.section.all("bind")] if self.is_frontend else []

    @property
    def default_servers(self) -> Sequence[HaproxyLine]:
        """The own `default-server` lines."""
        return self.section.all("default-server")

    @cached_property
    def server_defaults(self) -> ServerDefaults:
        """What `default-server` lines set at the end of the section; for `defaults`: what proxies inherit."""
        state = self._first_state
        for line in self.default_servers:
            state = state.after(line)
        return state

    @property
    def _first_state(self) -> ServerDefaults:
        return self.defaults.inheritable_server_defaults if self.defaults else ServerDefaults()

    @cached_property
    def inheritable_server_defaults(self) -> ServerDefaults:
        """The `default-server` state as an inheriting proxy starts with it."""
        return self.server_defaults.inherited(self.origin)

    @cached_property
    def servers(self) -> list[Server]:
        """The servers in file order, each with the `default-server` lines above it (none in a frontend)."""
        if not self.is_backend:
            return []
        section = self.section
        lines = [*self.default_servers, *section.all("server"), *section.all("server-template")]
        if any(line.start > following.start for line, following in pairwise(lines)):
            lines.sort(key=lambda line: line.start)
        state = self._first_state
        servers = []
        for line in lines:
            if line.first_word == "default-server":
                state = state.after(line)
            else:
                servers.append(Server(line, state))
        return servers

    def server(self, name: str) -> Server | None:
        """The server of this name."""
        return self._servers_by_name.get(name)

    @cached_property
    def _servers_by_name(self) -> dict[str, Server]:
        """Name -> the first server of that name."""
        found: dict[str, Server] = {}
        for server in self.servers:
            if server.name.value is not None:
                found.setdefault(server.name.value, server)
        return found

    # -- routing and logs

    @cached_property
    def use_backends(self) -> list[UseBackend]:
        """The `use_backend` lines (none in a backend)."""
        return [UseBackend(line) for line in self.section.all("use_backend")] if self.is_frontend else []

    @cached_property
    def acls(self) -> Mapping[str, list[HaproxyLine]]:
        """The `acl` lines by name, the ones of the `defaults` section included; a repeated name means OR."""
        inherited: Mapping[str, list[HaproxyLine]] = self.defaults.acls if self.defaults else {}
        found: dict[str, list[HaproxyLine]] = {}
        for acl in self.acl_lines:
            lines = found.get(acl.name)
            if lines is None:
                lines = found[acl.name] = list(inherited.get(acl.name, ()))
            lines.append(acl.line)
        if not inherited:
            return found
        return ChainMap(found, cast("dict[str, list[HaproxyLine]]", inherited)) if found else inherited

    @cached_property
    def logs(self) -> Sequence[HaproxyLine]:
        """The `log` lines that count, own and inherited; `no log` clears those before it."""
        inherited = self.defaults.logs if self.defaults else ()
        found = list(inherited)
        for line in self.section.all("log"):
            if line.prefix:
                found.clear()
            else:
                found.append(line)
        return found
