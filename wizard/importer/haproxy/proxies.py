"""haproxy.cfg -> the draft's control plane, port and [haproxy], with the rest left over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from parsers.facts.values import Value
from parsers.haproxy.lines import HaproxyLine
from parsers.haproxy.sections import Section
from rules.plan import SCHEMA
from rules.support import API_PORT
from wizard.importer import halb_lines
from wizard.importer.agreement import Agreement, reading
from wizard.importer.haproxy.api import NodeApi
from wizard.importer.haproxy.health import read_health
from wizard.importer.haproxy.readings import HaproxyReadings
from wizard.importer.haproxy.servers import read_check, read_servers
from wizard.importer.ledger import Ledger, words_of
from wizard.importer.model import LeftoverKind, Row
from wizard.render.template_values import HEALTH_HEADROOM

if TYPE_CHECKING:
    from parsers.facts.haproxy import Bind, Proxy
    from rules.fleet import Node
    from rules.plan import IPAddress

_TIMEOUT = "timeout-"


class HaproxyFound(NamedTuple):
    """What the nodes' files say together; `port` is the one that clients use."""

    choices: Row
    port: int | None
    control_plane: tuple[Row, ...]


class HaproxyReader(HaproxyReadings):
    """Reads the API's sections of all nodes, then says what they agree on."""

    def __init__(self, ledger: Ledger, agreement: Agreement, vips: set[IPAddress]) -> None:
        super().__init__(ledger, agreement)
        self.vips = vips

    def read(self, apis: Iterable[NodeApi], port: int | None) -> HaproxyFound:
        """What the API's proxies say; `port` is the endpoint's, when it is known."""
        apis = list(apis)
        port = port or self._port(apis)
        for api in apis:
            self._sections(api, port)
        control_plane = read_control_plane(self, apis, port)
        choices = {key: self.agreement.on(f"haproxy.{key}", readings) for key, readings in self.by_key.items()}
        return HaproxyFound(choices, port, control_plane)

    def _port(self, apis: list[NodeApi]) -> int | None:
        """The port that most frontends listen on; where one listens on several, 6443 or the first."""
        readings = []
        for api in apis:
            bound = [a for a in api.addresses if a.port_start is not None]
            best = next((a for a in bound if a.covers_port(API_PORT)), bound[0] if bound else None)
            if best is not None and best.port_start:
                port = API_PORT if best.covers_port(API_PORT) else best.port_start
                readings.append(reading(api.node.name, best.span, port))
        return self.agreement.on("cluster.port", readings)

    # -- one node

    def _sections(self, api: NodeApi, port: int | None) -> None:
        node = api.node.name
        for proxy in api.sections:
            self.ledger.take(proxy.section.header)
        defaults = {id(d): d for proxy in api.sections for d in _defaults(proxy)}
        for proxy in (*defaults.values(), *api.sections):
            self.ledger.take(proxy.section.header)
            for line in proxy.section.directives:
                if line.condition is None and words_of(line) in halb_lines.PROXY:
                    self.ledger.take(line)
        self._global(api.node)
        for key in SCHEMA["haproxy"].keys:
            side = api.frontend if "client" in key else api.backend
            if key.startswith(_TIMEOUT) and side is not None:
                self.time(node, key, side.timeout(key.removeprefix(_TIMEOUT)))
        self._value(node, "balance", api.backend.balance)
        self._value(node, "retries", api.backend.retries)
        if api.frontend is not None:
            self._maxconn(api.node, api.frontend)
            target = api.frontend.default_backend
            own = api.backend.section.name
            if target is not None and target.known and own is not None and target.value == own.value:
                self.ledger.take(target.directive)
            for bind in api.frontend.binds:
                self._bind(node, bind, port)
            self._bound(api, port)
        read_check(self, api)
        read_health(self, api.node)

    def _value(self, node: str, key: str, value: Value[Any] | None) -> None:
        found = self.ledger.checked(node, "haproxy", key, value)
        if found is None or value is None:
            return
        self.add(key, reading(node, value.span, found))
        for word in value.directive.words[2:]:
            self.ledger.leave_part(node, word.span, f"a plan has no further words for {key}")

    def _global(self, node: Node) -> None:
        """The lines of `global` that halb writes too."""
        if node.haproxy is None:
            return
        for section in node.haproxy.global_.sections:
            self.ledger.take(section.header)
            for line in section.directives:
                if line.condition is None and words_of(line) in halb_lines.GLOBAL:
                    self.ledger.take(line)

    def _maxconn(self, node: Node, frontend: Proxy) -> None:
        """The limit of the API's frontend, else that of the process; halb derives the latter from the former."""
        whole = node.haproxy.global_.maxconn if node.haproxy else None
        own = frontend.maxconn
        self.number(node.name, "maxconn", own or whole)
        if whole is None or own is None:
            return
        if whole.known and own.known and (whole.value or 0) - (own.value or 0) == HEALTH_HEADROOM:
            self.ledger.take(whole.directive)
        else:
            why = f"halb's limit of the process is {HEALTH_HEADROOM} above the one of the API's frontend"
            self.ledger.leave(node.name, whole.directive, why, LeftoverKind.REPLACED)

    # -- bind

    def _bind(self, node: str, bind: Bind, port: int | None) -> None:
        if not bind.addresses or not bind.certain:
            return
        self.ledger.take(bind.directive)
        for option in bind.all_options:
            if option.name not in ("v4v6", "v6only"):
                self.ledger.leave_part(node, option.full_span, "a plan has no options for bind")
        for address in bind.addresses:
            if port is None or not address.covers_port(port):
                self.ledger.leave_part(node, address.span, f"a plan has one port, {port}")
            elif not address.is_wildcard and address.address not in self.vips:
                self.ledger.leave_part(node, address.span, "a plan listens on any address, or on the VIP alone")
            elif address.port_start != address.port_end:
                self.ledger.leave_part(node, address.span, f"a plan has one port, {port}")

    def _bound(self, api: NodeApi, port: int | None) -> None:
        found = [a for a in api.addresses if port is not None and a.covers_port(port)]
        if not found:
            return
        if all(a.is_wildcard for a in found):
            self.add("bind", reading(api.node.name, found[0].span, "any", sense="any"))
        elif all(a.address in self.vips for a in found):
            self.add("bind", reading(api.node.name, found[0].span, "vip", sense="vip"))


def _defaults(proxy: Proxy) -> list[Proxy]:
    """The `defaults` sections that a proxy inherits from, the nearest first."""
    found: dict[int, Proxy] = {}
    parent = proxy.defaults
    while parent is not None and id(parent) not in found:
        found[id(parent)] = parent
        parent = parent.defaults
    return list(found.values())


def read_control_plane(reader: HaproxyReader, apis: Iterable[NodeApi], port: int | None) -> tuple[Row, ...]:
    """The servers that most nodes have, in the order of the first such node."""
    readings = []
    for api in apis:
        machines, span = read_servers(reader, api, port)
        if machines and span is not None:
            shown = ", ".join(f"{m['name'] or '?'} {m['address'] or '?'}:{m['port'] or '?'}" for m in machines)
            readings.append(
                reading(api.node.name, span, machines, shown, frozenset(tuple(m.items()) for m in machines))
            )
    return reader.agreement.on("control_plane", readings) or ()


def reason(section: Section, line: HaproxyLine) -> tuple[str, LeftoverKind]:
    """Why a line of a section that is partly taken is left over."""
    text = words_of(line)
    if halb_lines.is_packaged(section.keyword, line.keyword, text):
        return "shipped by Debian's package; a TCP proxy never uses it", LeftoverKind.PACKAGED
    if line.condition is not None:
        return "it is conditional", LeftoverKind.UNREADABLE
    if line.keyword == "mode":
        return "halb's sections are in tcp mode", LeftoverKind.REPLACED
    if line.keyword == "timeout":
        return "halb's proxies have no such timeout, or another line counts", LeftoverKind.REPLACED
    if line.keyword == "log":
        return "halb logs to /dev/log", LeftoverKind.REPLACED
    where = "of the whole process" if section.keyword == "global" else "of this kind"
    return f"a plan has no setting {where} for '{line.keyword}'", LeftoverKind.LOST
