"""Where the name leads: the word that counts, and which rule has something to say about each address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rules.live.observations import IPAddress
from rules.live.views.accounts import authorities, other_means, resolvers
from rules.plan.model import Phase

if TYPE_CHECKING:
    from rules.live.views.view import LiveView


class Lead(NamedTuple):
    """Where the name leads by the word of one source: a server's label, or "this machine"."""

    who: str
    addresses: tuple[IPAddress, ...]


class Destination(NamedTuple):
    """The addresses of the name that should not be there, each in one of these.

    `astray`: not where the name should lead (DN002). `surplus`: beside an address of the same family that is right,
    or that nothing speaks against (DN003). `unserved`: IPv6 addresses of nobody known, beside A records (DN004).
    """

    astray: tuple[IPAddress, ...] = ()
    surplus: tuple[IPAddress, ...] = ()
    unserved: tuple[IPAddress, ...] = ()


@lru_cache(maxsize=1)
def leads(view: LiveView) -> tuple[Lead, ...]:
    """Where the name leads, from the best source there is: authoritative data, else resolvers, else this machine.

    A cache that says something else than authoritative data is behind; that is another rule's business (DN006).
    """
    cached = resolvers(view)
    best = [*authorities(view), *(account for account in cached if account.first_hand)]
    accounts = [a for a in best if a.addresses] or [a for a in cached if a.addresses]
    if accounts:
        return tuple(Lead(account.server.label, account.addresses) for account in accounts)
    found = other_means(view)
    return (Lead("this machine", found),) if found else ()


@lru_cache(maxsize=1)
def destination(view: LiveView) -> Destination:
    """What is wrong by the word of every source of `leads`: where one is right, the others are behind (DN006)."""
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
    """Whether the phase wants no address of this family, and these belong to nobody known.

    An IPv4 address is judged like any other where IPv4 addresses are known.
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
    """All but one address of a family; the one that stays is where the name should lead."""
    if len(found) < 2:
        return []
    wanted = {target.address for target in view.expected()}
    stays = next((address for address in found if address in wanted), found[0])
    return [address for address in found if address != stays]


def _unserved(view: LiveView, found: list[IPAddress]) -> list[IPAddress]:
    """The IPv6 addresses of nobody known, unless they may be right for all that is known.

    halb.toml has one address per control-plane node: where the VIP has an IPv6 address, the name may well lead to
    the initial master's other address before the cutover.
    """
    planned = any(vip.address.version == 6 for vip in view.endpoint.vips)
    return found if found[0].version == 6 and not planned else []
