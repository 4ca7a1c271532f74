"""Where the name points: which source counts, and which rule reports each wrong address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.live.observations import IPAddress
from rules.live.views.accounts import authorities, other_means, resolvers
from rules.plan.model import Phase

if TYPE_CHECKING:
    from rules.live.views.view import LiveView


class Lead(NamedTuple):
    """Where the name points according to one source: a server's label, or "this machine"."""

    who: str
    addresses: tuple[IPAddress, ...]


class Destination(NamedTuple):
    """The wrong addresses of the name, each in one of these.

    `astray`: not where the name should point (DN002). `surplus`: in addition to an address of the same family that is,
    or may be, right (DN003). `unserved`: unknown IPv6 addresses, in addition to A records (DN004).
    """

    astray: tuple[IPAddress, ...] = ()
    surplus: tuple[IPAddress, ...] = ()
    unserved: tuple[IPAddress, ...] = ()


@lru_cache(maxsize=1)
def leads(view: LiveView) -> tuple[Lead, ...]:
    """Where the name points, from the best source available: authoritative data, else resolvers, else this machine.

    A cache that disagrees with authoritative data is out of date; another rule reports that (DN006).
    """
    cached = resolvers(view)
    best = [*authorities(view), *(account for account in cached if account.has_own_data)]
    accounts = [a for a in best if a.addresses] or [a for a in cached if a.addresses]
    if accounts:
        return tuple(Lead(account.server.label, account.addresses) for account in accounts)
    found = other_means(view)
    return (Lead("this machine", found),) if found else ()


@lru_cache(maxsize=1)
def destination(view: LiveView) -> Destination:
    """What is wrong according to every source of `leads`: if one is right, the others are out of date (DN006)."""
    every = [_sorted_out(view, lead.addresses) for lead in leads(view)]
    if not every:
        return Destination()
    astray, surplus, unserved = (tuple(dict.fromkeys(a for d in every for a in d[i])) for i in range(3))
    return Destination(
        astray if all(d.astray for d in every) else (),
        surplus if all(d.surplus for d in every) else (),
        unserved if all(d.unserved for d in every) else (),
    )


def _sorted_out(view: LiveView, addresses: Sequence[IPAddress]) -> Destination:
    astray: list[IPAddress] = []
    surplus: list[IPAddress] = []
    unserved: list[IPAddress] = []
    families = {v: [address for address in addresses if address.version == v] for v in (4, 6)}
    wrong = {version: _wrong(view, found) for version, found in families.items()}
    for version, found in families.items():
        other = 10 - version
        if not found:
            continue
        if len(wrong[version]) < len(found):
            surplus += _surplus(view, found)
        elif len(wrong[other]) < len(families[other]) and _is_second_family(view, found):
            unserved += _unserved(view, found)
        else:
            astray += wrong[version]
    return Destination(tuple(astray), tuple(surplus), tuple(unserved))


def _is_second_family(view: LiveView, found: Sequence[IPAddress]) -> bool:
    """Whether the phase expects no address of this family, and these are unknown.

    An IPv4 address is treated like any other if IPv4 addresses are known.
    """
    version = found[0].version
    if any(view.is_vip(address) or view.is_initial_master(address) for address in found):
        return False
    expected = view.expected() if version == 6 else view.endpoint.targets
    return all(target.address.version != version for target in expected)


def _wrong(view: LiveView, found: Iterable[IPAddress]) -> list[IPAddress]:
    """The addresses that the name certainly should not have now."""
    if view.endpoint.phase is None:
        known = {target.address for target in (*view.endpoint.vips, *view.endpoint.control_plane)}
        return [address for address in found if known and address not in known]
    phase = view.endpoint.phase.value
    wanted = {target.address for target in view.expected(phase)}
    if wanted:
        return [address for address in found if address not in wanted]
    # The phase's own target is not known, but that of the other phase is certainly not it.
    other = view.is_vip if phase is Phase.BOOTSTRAP else view.is_initial_master
    return [address for address in found if other(address)]


def _surplus(view: LiveView, found: Sequence[IPAddress]) -> list[IPAddress]:
    """All but one address of a family; the one to keep is where the name should point."""
    if len(found) < 2:
        return []
    wanted = {target.address for target in view.expected()}
    stays = next((address for address in found if address in wanted), found[0])
    return [address for address in found if address != stays]


def _unserved(view: LiveView, found: list[IPAddress]) -> list[IPAddress]:
    """The unknown IPv6 addresses, unless they may be right.

    halb.toml has one address per control-plane node: if the VIP has an IPv6 address, the name may point to the initial
    master's other address before the cutover.
    """
    planned = any(vip.address.version == 6 for vip in view.endpoint.vips)
    return found if found[0].version == 6 and not planned else []
