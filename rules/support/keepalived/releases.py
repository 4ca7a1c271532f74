"""What keepalived does differently from one release on, as far as the failover of a VIP depends on it.

Measured with 2.2.7, 2.3.3 and 2.3.4; the sources of the releases between show that both changes came with 2.3.3, and
that 2.4 has them too.
"""

from __future__ import annotations

from parsers.records import NamedTuple
from rules.support.releases import releases

CHANGED = "2.3.3"
WITHOUT_INTERFACE = "2.2.8"
"""The first release that runs a unicast instance without an interface (its sources; measured with 2.2.7 and 2.3.3)."""
_BEFORE = "2.3.2"


class Behaviour(NamedTuple):
    """What some releases do. `name` is for messages: "up to keepalived 2.3.2".

    `compares_addresses`: an advert whose list of addresses is not the receiver's own is rejected; later it is accepted,
    and reported. `needs_source`: an instance is in FAULT while the machine does not have its unicast_src_ip; later it
    runs, sends from that address, and hears nothing.
    """

    name: str
    compares_addresses: bool
    needs_source: bool


EARLIER = Behaviour(f"up to keepalived {_BEFORE}", compares_addresses=True, needs_source=True)
LATER = Behaviour(f"from keepalived {CHANGED} on", compares_addresses=False, needs_source=False)


def behaviours(release: str | None) -> tuple[Behaviour, ...]:
    """What the releases that are meant do: one behaviour, or both, the earlier first."""
    changed = releases(release).have(CHANGED)
    if changed is None:
        return EARLIER, LATER
    return (LATER,) if changed else (EARLIER,)


def by_release(release: str | None, earlier: str, later: str) -> str:
    """What happens before and after the change, in a sentence; only one of them if only one can be meant."""
    told = {EARLIER: earlier, LATER: later}
    meant = behaviours(release)
    if len(meant) == 1 or earlier == later:
        return told[meant[0]]
    return f"up to keepalived {_BEFORE}: {earlier}; from {CHANGED}: {later}"
