"""halb's own health listener in a haproxy.cfg that halb wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.importer import halb_lines
from wizard.importer.agreement import reading
from wizard.importer.ledger import words_of

if TYPE_CHECKING:
    from rules.fleet import Node
    from wizard.importer.haproxy.readings import HaproxyReadings

_OWN = (
    "monitor-uri /healthz",
    "monitor fail if { nbsrv(",
    "http-request use-service prometheus-exporter",
    "stats enable",
    "stats uri /stats",
)


def read_health(reader: HaproxyReadings, node: Node) -> None:
    """The port of the listener that keepalived's script asks, from the frontend that has halb's name for it."""
    if node.haproxy is None:
        return
    frontend = node.haproxy.frontend(halb_lines.HEALTH_FRONTEND)
    addresses = [a for bind in frontend.binds for a in bind.addresses] if frontend else []
    if frontend is None or len(addresses) != 1 or not frontend.certain:
        return
    (address,) = addresses
    if address.address is None or not address.address.is_loopback or not address.port_start:
        return
    reader.ledger.take(frontend.section.header, frontend.binds[0].directive)
    reader.add("health-port", reading(node.name, address.span, address.port_start))
    for line in frontend.section.directives:
        if words_of(line).startswith(_OWN):
            reader.ledger.take(line)
    defaults = frontend.defaults
    if defaults is not None and defaults.name is not None and defaults.name.value == halb_lines.HEALTH_DEFAULTS:
        reader.ledger.take(defaults.section.header)
        for line in defaults.section.directives:
            if line.keyword in ("timeout", "mode"):
                reader.ledger.take(line)
