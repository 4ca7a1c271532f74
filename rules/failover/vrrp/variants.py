"""What the files leave open about the routers: the release that runs them, and which machine has a copied address.

Each of the variants is computed by itself; almost every fleet has only one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.failover.vrrp.protocol import rejection
from rules.support.keepalived.releases import EARLIER, Behaviour

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from rules.failover.model import Router

_MOST = 8  # variants; more copies of addresses than that are no fleet


class Variant(NamedTuple):
    """The routers as they run with one behaviour of keepalived."""

    behaviour: Behaviour
    routers: tuple[Router, ...]


def variants(routers: Sequence[Router], meant: Sequence[Behaviour]) -> list[Variant]:
    """The routers with every behaviour that is meant, if they differ by it; the earlier first."""
    found = []
    for homes in islice(_homes(routers), _MOST):
        settled = [router._replace(homeless=True) if router.node in homes else router for router in routers]
        depends = len(meant) > 1 and depends_on_release(settled)
        for behaviour in meant if depends else meant[:1]:
            found.append(Variant(behaviour, tuple(with_behaviour(router, behaviour) for router in settled)))
    return sorted(found, key=lambda variant: meant.index(variant.behaviour))


def with_behaviour(router: Router, behaviour: Behaviour) -> Router:
    """The router as a release with this behaviour runs it."""
    return router if router.behaviour is behaviour else router._replace(behaviour=behaviour)


def depends_on_release(routers: Sequence[Router]) -> bool:
    """Whether the behaviours make a difference: lists of addresses are compared, or an address is missing."""
    if any(router.homeless for router in routers):
        return True
    if len({router.vips for router in routers}) < 2:
        return False
    earlier = [with_behaviour(router, EARLIER) for router in routers]
    return any(rejection(a, b) == "addresses" for a in earlier for b in earlier if a is not b)


def _homes(routers: Sequence[Router]) -> Iterator[frozenset[str]]:
    """The nodes without the unicast_src_ip that their file has, for every way to deal out those of several nodes."""
    users: dict[IPv4Address | IPv6Address, list[str]] = {}
    for router in routers:
        if router.unicast and router.source is not None and not router.homeless and not router.refused:
            nodes = users.setdefault(router.source, [])
            if router.node not in nodes:
                nodes.append(router.node)
    copied = [nodes for nodes in users.values() if len(nodes) > 1]
    for owners in product(*copied):
        yield frozenset(node for nodes, owner in zip(copied, owners, strict=True) for node in nodes if node != owner)
