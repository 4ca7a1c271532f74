"""KA028: two addresses without a space between them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.entries import glued_addresses
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.facts.keepalived.entries import Peer, VirtualAddress


@rule("KA028", "glued-peer-addresses", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """Two peers, or two virtual addresses, are one word.

    Why it hurts: a template that joins its list with nothing writes `192.0.2.12192.0.2.13`. keepalived reports a
    malformed address, skips it and runs: the peers get no adverts, and when no other peer is left, it sends to the
    multicast group (measured with 2.2.7). Both nodes then hold the VIP.

    How to fix: write one address per line.

    Silent when: the word can't be read as two IPv4 addresses (KA048 reports other invalid addresses), or comes from a
    variable.
    """
    for instance in config.instances:
        addresses = (*instance.vips, *instance.excluded_vips)
        entries = [("peer", peer) for peer in instance.unicast_peers] + [("address", vip) for vip in addresses]
        for what, entry in entries:
            ways = glued_addresses(entry.raw) if entry.certain else []
            if not ways:
                continue
            outcome = f"skips this {what}" if entry.address is None else f"reads {entry.address} and ignores the other"
            split = listed((f"'{a}' and '{b}'" for a, b in ways), "or")
            yield Hit(
                entry.span,
                f"'{entry.raw}' is two addresses in one word: keepalived {outcome}",
                help=f"write two lines: {split}",
                note="two addresses",
                fix=partial(_fix, entry, *ways[0]) if len(ways) == 1 else None,
            )


def _fix(entry: Peer | VirtualAddress, first: str, second: str) -> Fix | None:
    return Fix.write(entry.span, first).also(
        Fix.add("below", entry.span, second), title=f"write two lines: '{first}' and '{second}'"
    )
