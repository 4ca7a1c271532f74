"""XN209: none of haproxy's peers is this node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.tree import Word
    from rules.fleet.node import Node


@rule("XN209", "no-local-peer", Severity.INFO, Scope.NODE, words=("peers",))
def check(node: Node) -> Iterator[Hit]:
    """No `peer` of haproxy has the name of the node, and `localpeer` does not say another one.

    Why it hurts: haproxy finds itself among the peers by its host name. If none has it, it warns "Removing incomplete
    section", and shares no stick table (measured with 2.6.12): after a failover, clients are spread anew.

    How to fix: give the peers the machines' host names, or write `localpeer NAME` in `global` on each node.

    Silent when: a peer has the node's name, the short form of a host name included, `localpeer` is set, or a name
    depends on a variable or a condition. The node's name is that of its folder, which may not be its host name.
    """
    haproxy = node.haproxy
    if haproxy is None or not haproxy.complete or haproxy.global_.has("localpeer"):
        return
    for sections in haproxy.peers.values():
        lines = [line for section in sections for keyword in ("peer", "server") for line in section.all(keyword)]
        words: list[Word] = [line.args[0] for line in lines if line.args]
        if not words or any(line.condition is not None for line in lines) or any(word.dynamic for word in words):
            continue
        if any(word.value.partition(".")[0].lower() == node.name.partition(".")[0].lower() for word in words):
            continue
        yield Hit(
            words[0].span,
            f"no peer of '{sections[0].name.raw if sections[0].name else ''}' is named '{node.name}', but "
            f"{listed(word.value for word in words)}: haproxy drops the section if none of them is the host name",
            help=f"give the peers the machines' host names, or 'localpeer {words[0].value}' in global on its node",
            note=f"not {node.name}",
            node=node.name,
        )
