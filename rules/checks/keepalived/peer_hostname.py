"""KA029: a host name in a list of unicast peers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.keywords.keepalived import keepalived_table
from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.entries import is_host_name
from rules.support.keepalived.placeholders import placeholder

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig


@rule("KA029", "peer-hostname", Severity.ERROR, Scope.KEEPALIVED, words=("unicast_peer",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`unicast_peer` lists a host name instead of an address.

    Why it hurts: keepalived does not resolve names: it skips the peer. When no peer is left it sends to the multicast
    group, which a peer that uses unicast does not hear, and both nodes hold the VIP (measured with keepalived 2.2.7).

    How to fix: write the address that the other node sends from, its `unicast_src_ip`.

    Silent when: the word comes from a variable or is a placeholder (KA004).
    """
    settings = keepalived_table().keywords("vrrp_instance")
    for instance in config.instances:
        last = not any(peer.address is not None or not peer.certain for peer in instance.unicast_peers)
        for peer in instance.unicast_peers:
            name = peer.raw.partition("/")[0]
            if not peer.certain or peer.address is not None or name in settings or placeholder(name):
                continue
            if is_host_name(name):
                yield Hit(
                    peer.span,
                    f"unicast peer '{peer.raw}' is a host name, not an address: keepalived skips it"
                    + (" and uses multicast, as no peer is left" if last else ""),
                    help="write the IP address that the other node sends from",
                    note="not an address",
                )
