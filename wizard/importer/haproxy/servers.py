"""The servers of the API's backend, and how they are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.facts.haproxy.options import Option, as_seconds, option_of, parts_of_words
from parsers.facts.values import Value
from parsers.haproxy.lines import HaproxyLine
from parsers.source import Span
from rules.plan import check_value
from rules.support import accepts_status
from wizard.importer import halb_lines
from wizard.importer.agreement import reading
from wizard.importer.ledger import words_of
from wizard.importer.model import LeftoverKind, Row

if TYPE_CHECKING:
    from parsers.facts.haproxy import Proxy, Server
    from wizard.importer.haproxy.api import NodeApi
    from wizard.importer.haproxy.readings import HaproxyReadings

_NUMBERS = ("fall", "rise")
_REPLACED = "replaced by halb's own checks"
_CHECKING = frozenset(
    ("fastinter", "downinter", "on-marked-down", "observe", "on-error", "port", "verify", "ca-file", "check-sni")
)


def read_servers(reader: HaproxyReadings, api: NodeApi, port: int | None) -> tuple[tuple[Row, ...], Span | None]:
    """The control-plane nodes that the backend names, and the place of the first."""
    node, ledger = api.node.name, reader.ledger
    machines: list[Row] = []
    first: Span | None = None
    for server in api.backend.servers:
        if server.template or not server.certain:
            continue
        if server.disabled:
            ledger.leave(node, server.directive, "the server is disabled")
            continue
        machine = _machine(reader, node, server, port)
        if machine is None:
            continue
        ledger.take(server.directive)
        machines.append(machine)
        first = first or server.span
        reader.time(node, "inter", server.inter)
        for name in _NUMBERS:
            reader.number(node, name, getattr(server, name))
        for option in server.all_options:
            _option(reader, node, option, server.inter, server.port)
    sections = [api.backend, *_chain(api.backend)] if first else []
    for line in (line for proxy in sections for line in proxy.default_servers):
        _default_server(reader, node, line)
    return tuple(machines), first


def _machine(reader: HaproxyReadings, node: str, server: Server, port: int | None) -> Row | None:
    name: str | None = server.name.value
    try:
        check_value("control_plane", "name", name)
    except ValueError as error:
        reader.ledger.leave_part(node, server.name.span, f"no name for a machine: {error}")
        name = None
    if server.address is None:
        host = server.host
        why = "a plan wants IP addresses of control-plane nodes" if host.value else "it is not a machine's address"
        reader.ledger.leave_part(node, server.address_span, why)
        if not host.value or host.value.startswith(("/", "unix@", "abns@")):
            return None
    try:
        address = server.address and check_value("control_plane", "address", str(server.address))
    except ValueError as error:
        reader.ledger.leave_part(node, server.address_span, str(error))
        address = None
    return {"name": name, "address": address, "port": server.port or (port if server.port_offset is None else None)}


def _chain(proxy: Proxy) -> list[Proxy]:
    found: list[Proxy] = []
    parent = proxy.defaults
    while parent is not None and len(found) < 64:
        found.append(parent)
        parent = parent.defaults
    return found


def _default_server(reader: HaproxyReadings, node: str, line: HaproxyLine) -> None:
    if line.condition is not None:
        return
    reader.ledger.take(line)
    words = line.args
    base = words[0].start if words else 0
    options = [option_of(line, part, base) for part in parts_of_words(words, base, server=True)]
    inter = as_seconds(next((option for option in options if option.name == "inter"), None))
    for option in options:
        _option(reader, node, option, inter)


def _option(
    reader: HaproxyReadings, node: str, option: Option, inter: Value[float] | None, port: int | None = None
) -> None:
    """Leave over what neither the plan nor halb's template says of a server."""
    text = f"{option.name} {option.raw}".strip()
    if option.name in ("inter", *_NUMBERS) or text in halb_lines.SERVER_OPTIONS:
        return
    if option.name == "port" and port is not None and option.raw == str(port):
        return
    if option.name == "fastinter" and _is_half(as_seconds(option), inter):
        return
    if option.name in _CHECKING:
        reader.ledger.leave_part(node, option.full_span, _REPLACED, LeftoverKind.REPLACED)
    else:
        reader.ledger.leave_part(node, option.full_span, f"a plan has no '{option.name}' for servers")


def _is_half(fast: Value[float] | None, inter: Value[float] | None) -> bool:
    """Whether `fastinter` is what halb's template makes of `inter`: half of it, in whole milliseconds."""
    if fast is None or fast.value is None:
        return False
    usual = 2.0 if inter is None else inter.value
    return usual is not None and round(fast.value * 1000) == max(int(round(usual * 1000, 3)) // 2, 1)


def read_check(reader: HaproxyReadings, api: NodeApi) -> None:
    """How the servers are checked: "readyz" over HTTP, "readyz-401" if a refusal passes too, "tcp" by connecting."""
    node, backend = api.node.name, api.backend
    kind = backend.effective_check
    servers = [server for server in backend.servers if server.certain]
    lines = [*backend.http_checks, *backend.tcp_checks]
    if servers and all(server.check is False for server in servers):
        reader.ledger.notes.append(f"{node}: no server of {backend.label} is checked; halb's files check them")
        return
    word = "tcp" if kind is None or (kind.value == "tcp-check" and not backend.tcp_checks) else ""
    if kind is not None and kind.value == "httpchk":
        word = "readyz-401" if any(map(_takes_refusals, backend.http_checks)) else "readyz"
    if word and servers and (kind is None or kind.known):
        span = kind.span if kind is not None else servers[0].span
        reader.add("check", reading(node, span, word))
    if kind is not None and kind.known:
        _checked_by(reader, node, kind.directive)  # type: ignore[arg-type]
    for line in lines:
        _checked_by(reader, node, line)


def _takes_refusals(line: HaproxyLine) -> bool:
    """Whether an `http-check expect` takes 401, what an API server without anonymous requests says to haproxy."""
    words = [word.value for word in line.args]
    if words[:1] != ["expect"] or "!" in words or len(words) < 3:
        return False
    accepts = accepts_status(words[-2], words[-1])
    return accepts is not None and accepts(401)


def _checked_by(reader: HaproxyReadings, node: str, line: HaproxyLine) -> None:
    if line.condition is not None:
        return
    if words_of(line) in halb_lines.PROXY:
        reader.ledger.take(line)
    else:
        reader.ledger.leave(node, line, _REPLACED, LeftoverKind.REPLACED)
