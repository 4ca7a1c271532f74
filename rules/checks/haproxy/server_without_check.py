"""HA012: a server that keeps its share of the clients even if it is dead."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server
    from parsers.haproxy import HaproxyLine


@rule("HA012", "server-without-check", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A server has no health check, so haproxy never takes it out of rotation.

    Why it hurts: `check` is off by default, and haproxy does not warn about it. A dead server keeps getting its share
    of the clients; each of them waits for `timeout connect` and the retries (measured with 2.6.12: every second new
    connection fails after three seconds). `option httpchk` alone does not turn checks on.

    How to fix: add `check` to the server, or `default-server check` above the servers (it has no effect on servers
    before it).

    Silent when: it is the only server and no check option asks for one, the server is disabled, follows another one
    (`track`) or an agent, or a variable may contain the option.
    """
    for backend in config.backends:
        servers = backend.servers
        if not servers or not backend.certain or backend.disabled:
            continue
        wanted = backend.effective_check
        if len(servers) == 1 and not servers[0].template and not (wanted and wanted.origin is None):
            continue
        unchecked = [server for server in servers if _is_unchecked(server)]
        if unchecked:
            yield _hit(unchecked, backend, len(unchecked) == len(servers))


def _is_unchecked(server: Server) -> bool:
    if server.check is not False or not server.certain or not server.options_certain:
        return False
    if server.disabled or server.option("track") is not None or server.option("agent-check") is not None:
        return False
    return server.address_word is not None and server.parsed.kind != "fd"


def _late_default(backend: Proxy) -> HaproxyLine | None:
    """The first `default-server` line that turns checks on."""
    for line in backend.default_servers:
        if any(word.value == "check" for word in line.args):
            return line
    return None


def _hit(unchecked: list[Server], backend: Proxy, every: bool) -> Hit:
    first = unchecked[0]
    late = _late_default(backend)
    fix: Callable[[], Fix]
    off = first.option("no-check")
    if late is not None and first.directive.start < late.start:
        cause = "'default-server check' below it does not apply to it"
        advice = "move the 'default-server' line above the servers"
        fix = partial(Fix.move, late.span, backend.servers[0].span, advice, safe=False)
    elif off is not None:
        cause, advice = "'no-check' turns it off", "remove 'no-check'"
        fix = partial(Fix.cut, off.full_span, safe=False)
    else:
        # A connection is all that it needs, unless an option says what else is asked.
        lines = [server.span for server in unchecked if server.option("no-check") is None]
        fix = partial(Fix.append, lines, "check", safe=backend.effective_check is None)
        cause, advice = "'check' is not set", "add 'check' to the line, or 'default-server check' above the servers"
    number = len(unchecked)
    if number == 1:
        who = f"server '{first.name.raw}' of {backend.label} has no health check"
    elif every:
        who = f"none of the {number} servers of {backend.label} has a health check"
    else:
        who = f"{number} servers of {backend.label} have no health check"
    return Hit(
        first.name.span,
        f"{who} ({cause}): {'it keeps its' if number == 1 else 'each keeps its'} clients even if it is dead",
        help=advice,
        note="no 'check'",
        fix=fix,
        related=[(server.name.span, "no 'check'") for server in unchecked[1:]],
    )
