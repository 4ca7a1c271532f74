"""What the network beside this machine shows of the VIP and of other virtual routers, where it is allowed to listen.

It needs Linux, and root or CAP_NET_RAW. Adverts of other routers are heard on a load balancer only, in the VIP's
network; elsewhere nothing is asked.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from rules.text import listed
from wizard.probes.results import CheckedAnswers, CheckResult, CheckStatus, result

if TYPE_CHECKING:
    from rules.live import Advert, Answer, IPAddress, Nic

ARP_SECONDS = 1.0


def is_load_balancer(facts: CheckedAnswers) -> bool:
    """Whether this machine has the address of one of the load balancers."""
    from rules.live import local_addresses

    return bool(local_addresses(machine.address for machine in facts.balancers))


def _nics() -> tuple[Nic, ...]:
    from rules.live import NotKnownError, interfaces

    if sys.platform != "linux":
        return ()
    try:
        return interfaces()
    except NotKnownError:
        return ()


def _connected(nics: Sequence[Nic], vips: Iterable[IPAddress]) -> list[tuple[IPAddress, Nic]]:
    """The VIPs, each with the interface in whose network it is."""
    return [(vip, nic) for vip in vips for nic in nics if nic.up and not nic.loopback and nic.owns(vip)]


async def ask_neighbours(vips: Sequence[IPAddress]) -> tuple[CheckResult, ...]:
    """Who says by ARP that they have a VIP; nothing where that can't be asked or nobody does."""
    from rules.live import NotKnownError, arp_answers

    nics = await asyncio.to_thread(_nics)
    own = {held.address for nic in nics for held in nic.addresses}
    asked = [(vip, nic) for vip, nic in _connected(nics, vips) if isinstance(vip, IPv4Address) and vip not in own]
    try:
        answers = await asyncio.to_thread(arp_answers, asked, ARP_SECONDS) if asked else ()
    except NotKnownError:
        return ()
    return tuple(arp_results(answers))


def arp_results(answers: Iterable[Answer]) -> list[CheckResult]:
    """An address for which somebody answers is taken, or the cluster's own pair is running."""
    found: dict[IPAddress, list[str]] = {}
    for answer in answers:
        found.setdefault(answer.address, []).append(answer.hardware)
    return [
        result(
            CheckStatus.WARN,
            f"{listed(hardware)} {'answers' if len(hardware) == 1 else 'answer'} for {address} by ARP: a machine has "
            "it",
        )
        for address, hardware in found.items()
    ]


async def ask_routers(facts: CheckedAnswers, router: int, seconds: float) -> tuple[CheckResult, ...]:
    """Whether another virtual router has this VRID, by the adverts that are heard within `seconds`."""
    from rules.live import NotKnownError, heard_adverts

    nics = [nic for _, nic in _connected(await asyncio.to_thread(_nics), facts.vips)]
    try:
        adverts = await asyncio.to_thread(heard_adverts, nics, seconds)
    except NotKnownError:
        return (result(CheckStatus.INFO, "other virtual routers were not listened for: that needs root"),)
    return router_results(facts, router, adverts, seconds)


def router_results(
    facts: CheckedAnswers, router: int, adverts: Sequence[Advert], seconds: float
) -> tuple[CheckResult, ...]:
    """The VRIDs of others, and one that is free if this one is not."""
    from rules.live import free_vrid

    own = {machine.address for machine in facts.balancers}
    others = [a for a in adverts if a.source not in own and not set(a.addresses) & set(facts.vips)]
    taken: dict[int, dict[IPAddress, None]] = {}
    for advert in others:
        taken.setdefault(advert.vrid, {})[advert.source] = None
    if router in taken:
        free = free_vrid(taken, router)
        text = f"VRID {router} is in use here: {listed(taken[router])} sends adverts with it; {free} is free"
        return (result(CheckStatus.WARN, text), *_rest(taken, router))
    if taken:
        return (result(CheckStatus.OK, f"nobody else has VRID {router} here"), *_rest(taken, router))
    return (result(CheckStatus.OK, f"no other virtual router was heard within {seconds:g} s"),)


def _rest(taken: dict[int, dict[IPAddress, None]], router: int) -> list[CheckResult]:
    words = [f"{vrid} ({listed(sources)})" for vrid, sources in sorted(taken.items()) if vrid != router]
    return [result(CheckStatus.INFO, f"in use here: VRID {listed(words)}")] if words else []
