"""KA014: a unicast peer that is not another node."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.source import Span


def _own_addresses(instance: VrrpInstance) -> dict[object, tuple[Span, str]]:
    """The node's own address and the virtual ones, each with its description."""
    found: dict[object, tuple[Span, str]] = {}
    for vip in (*instance.vips, *instance.excluded_vips):
        if vip.address is not None and vip.certain:
            found[vip.address] = (vip.span, "a virtual address")
    source = instance.unicast_src_ip
    if source is not None and source.known:
        found[source.value] = (source.span, "this node's own unicast_src_ip")
    return found


@rule("KA014", "peer-is-self-or-vip", Severity.ERROR, Scope.KEEPALIVED, words=("unicast_peer",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`unicast_peer` lists the node's own address, or the VIP.

    Why it hurts: the adverts go to the node itself, or to whichever node holds the VIP, and not to the peer: the peer
    hears nothing and takes the VIP too. `keepalived -t` reports nothing (measured with keepalived 2.2.7).

    How to fix: list the addresses of the other nodes' interfaces, not this node's and not the VIP.

    Silent when: an address comes from a variable. With further peers in the list, the node's own address only fills the
    log, so it is a warning; 127.0.0.1 as the only peer of a single node is not reported.
    """
    for instance in config.instances:
        own = _own_addresses(instance)
        others = any(peer.address is not None and peer.address not in own for peer in instance.unicast_peers)
        for peer in instance.unicast_peers:
            if peer.address is None or not peer.certain or peer.address not in own:
                continue
            span, what = own[peer.address]
            harmless = others and what.startswith("this node")
            yield Hit(
                peer.span,
                f"unicast_peer of vrrp_instance '{instance.title}' lists '{peer.raw}', which is {what}"
                + ("" if others else ": no other node hears this one"),
                help="remove it" if others else "list the addresses of the other nodes here",
                note=what,
                related=[(span, "the same address")],
                severity=Severity.WARNING if harmless else None,
                fix=partial(Fix.remove, peer.span, title=f"remove the peer {peer.raw}") if others else None,
            )
