"""Masters silenced by adverts that they reject: why a VIP never settles."""

from __future__ import annotations

from parsers.records import NamedTuple
from rules.failover.vrrp.protocol import Moment, Protocol, bits


class Silence(NamedTuple):
    """Numbers of routers: a master that falls silent, the master that it hears and rejects, and the backup that takes
    over because it hears no other.
    """

    silenced: int
    loud: int
    backup: int


def silence_of(protocol: Protocol, moment: Moment, masters: int, frozen: int = 0) -> Silence | None:
    """A master with a backup that is kept from sending by adverts that it rejects; None if everything is settled.

    keepalived restarts its advert timer on every advert with its VRID, even rejected ones (not with
    `lower_prio_no_advert`): of two masters that reject each other, one falls silent, its backup takes over, steps down,
    and so on (measured with 2.2.7). `masters` and `frozen` (hung) are sets of units.
    """
    if not any(moment.silenced_by):
        return None
    routers = protocol.routers
    for unit in bits(masters & ~frozen):
        for x in protocol.units[unit]:
            if routers[x].silent_to_lower:
                continue
            for y in bits(moment.silenced_by[x]):
                if not masters >> protocol.unit_of[y] & 1 or routers[y].advert > routers[x].advert:
                    continue
                backup = _backup_of(protocol, moment, x, masters)
                if backup is not None:
                    return Silence(x, y, backup)
    return None


def _backup_of(protocol: Protocol, moment: Moment, x: int, masters: int) -> int | None:
    """A backup that hears no master but x."""
    for b in range(len(protocol.routers)):
        unit = protocol.unit_of[b]
        if masters >> unit & 1 or not moment.eligible >> unit & 1:
            continue
        if moment.holds[unit] & masters == 1 << protocol.unit_of[x]:
            return b
    return None
