"""What nobody has taken of a node's files: left over, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.importer import halb_lines
from wizard.importer.haproxy import proxies as haproxy
from wizard.importer.ledger import Ledger, Reason, last_line, words_of
from wizard.importer.model import LeftoverKind

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.haproxy.sections import Section
    from parsers.tree import Directive
    from rules.fleet import Node

_SERVICES = {
    "frontend": "a frontend that does not lead to the Kubernetes API",
    "backend": "a backend that is not the Kubernetes API's",
    "listen": "a proxy that does not carry the Kubernetes API",
    "defaults": "no proxy of the Kubernetes API inherits from it",
}
_BLOCKS = {
    "virtual_server": "a virtual server of LVS; halb balances with haproxy",
    "virtual_server_group": "a part of a virtual server of LVS; halb balances with haproxy",
    "vrrp_instance": "another virtual router than the endpoint's",
    "vrrp_sync_group": "it joins other virtual routers than the endpoint's",
    "vrrp_script": "the endpoint's virtual router does not track it",
    "vrrp_track_process": "the endpoint's virtual router does not track it",
}
_READ = frozenset(
    (
        *("interface", "virtual_router_id", "priority", "advert_int", "nopreempt", "preempt", "state"),
        *("unicast_src_ip", "mcast_src_ip", "auth_type", "auth_pass"),
    )
)
_UNUSED = frozenset(("vrrp_script", "vrrp_track_process"))


def sweep(ledger: Ledger, node: Node, *, several: bool, newer: bool) -> None:
    """Leave over everything of a node that nobody has decided about.

    `several`: more than one virtual router may be the endpoint's; `newer`: the one that is speaks VRRPv3 with halb.
    """
    if node.haproxy is not None:
        _haproxy(ledger, node.name, node.haproxy)
    if node.keepalived is not None:
        _keepalived(ledger, node, node.keepalived, several=several, newer=newer)


def _haproxy(ledger: Ledger, node: str, config: HaproxyConfig) -> None:
    for document in config.documents:
        for section in document.sections:
            if section.keyword == "global":
                _global(ledger, section)
            if not ledger.accounted_for(section.header):
                why = _SERVICES.get(section.keyword, f"a plan has no '{section.keyword}' sections")
                kind = LeftoverKind.OTHER if section.condition is None else LeftoverKind.UNREADABLE
                last = max([last_line(section.header), *(last_line(line) for line in section.directives)])
                ledger.leave(node, section.header, why, kind, last)
                continue
            for line in section.directives:
                if not ledger.accounted_for(line):
                    ledger.leave(node, line, *haproxy.reason(section, line))
        ledger.sweep_text(node, document.source, "#")


def _global(ledger: Ledger, section: Section) -> None:
    ledger.take(section.header)
    for line in section.directives:
        if line.condition is None and words_of(line) in halb_lines.GLOBAL:
            ledger.take(line)


def _keepalived(ledger: Ledger, node: Node, config: KeepalivedConfig, *, several: bool, newer: bool) -> None:
    _global_defs(ledger, node, config, newer=newer)

    def reason(line: Directive) -> Reason:
        return _reason(line, several=several)

    ledger.sweep(node.name, config.document.children, reason)
    for source in config.document.sources:
        ledger.sweep_text(node.name, source, "#!")


def _global_defs(ledger: Ledger, node: Node, config: KeepalivedConfig, *, newer: bool) -> None:
    """What halb's global_defs say too: the router_id is the machine's name."""
    for block in config.blocks("global_defs"):
        ledger.take(block)
        for line in block.children or ():
            words = words_of(line)
            version = words == ("vrrp_version 3" if newer else "vrrp_version 2")
            if (
                line.keyword in halb_lines.KEEPALIVED_GLOBAL
                or version
                or words == f"router_id {node.name.rpartition('/')[2]}"
            ):
                ledger.take(line)
            elif line.keyword == "router_id":
                ledger.leave(node.name, line, "halb's router_id is the load balancer's name", LeftoverKind.REPLACED)


def _reason(line: Directive, *, several: bool) -> Reason:
    keyword = line.keyword
    if line.parent is None:
        if keyword == "vrrp_instance" and several:
            return "one of several virtual routers, and nothing tells which is the endpoint's", LeftoverKind.LOST
        if keyword in _UNUSED:
            return _BLOCKS[keyword], LeftoverKind.REPLACED
        return _BLOCKS.get(keyword, f"a plan has no '{keyword}'"), LeftoverKind.OTHER
    if keyword.startswith("notify"):
        return "a plan runs no notify scripts", LeftoverKind.LOST
    if keyword == "virtual_ipaddress_excluded":
        return (
            "a plan has no excluded addresses; a second family's VIP is written as address6 under [vip]",
            LeftoverKind.LOST,
        )
    if keyword in _READ:
        return f"another '{keyword}' counts, or nothing reads this one", LeftoverKind.REPLACED
    return f"a plan has no '{keyword}'", LeftoverKind.LOST
