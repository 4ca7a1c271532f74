"""Which virtual router of the keepalived files is the endpoint's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.fleet import Member
from wizard.importer.model import Candidate

if TYPE_CHECKING:
    from rules.fleet import Fleet, Node
    from rules.plan import IPAddress
    from wizard.importer.haproxy.api import NodeApi

Router = tuple[Member, ...]


class Choice(NamedTuple):
    """The endpoint's virtual router, and the second family's for dual stack; `candidates` where nothing tells."""

    router: Router = ()
    second: Router = ()
    candidates: tuple[Candidate, ...] = ()

    @property
    def members(self) -> Router:
        """The instances of both families."""
        return (*self.router, *self.second)


def choose(fleet: Fleet, apis: Iterable[NodeApi], wanted: Iterable[IPAddress]) -> Choice:
    """The router that has a wanted VIP, else one that the API's frontend listens on, else one whose nodes serve the
    API; among equals the one with most nodes. A router of each family makes dual stack when they share a node.
    """
    wanted, apis = set(wanted), list(apis)
    bound = {a.address for api in apis for a in api.addresses if a.certain and a.address is not None}
    serving = {id(api.node) for api in apis}
    routers = _routers(fleet)

    def likelihood(router: Router) -> tuple[bool, bool, bool, int]:
        vips = addresses(router)
        nodes = {id(member.node) for member in router}
        return not vips.isdisjoint(wanted), not vips.isdisjoint(bound), not nodes.isdisjoint(serving), len(router)

    best: list[list[Router]] = []
    for family in (4, 6):
        own = [router for router in routers if router[0].instance.family == family]
        top = max(map(likelihood, own), default=None)
        best.append([router for router in own if likelihood(router) == top])
    several = next((found for found in best if len(found) > 1), [])
    if several:
        return Choice(candidates=tuple(map(_candidate, several)))
    first, second = (found[0] if found else () for found in best)
    if not first or not second:
        return Choice(first or second)
    if {id(m.node) for m in first} & {id(m.node) for m in second} and _together(likelihood(first), likelihood(second)):
        return Choice(first, second)
    if likelihood(first) == likelihood(second):
        return Choice(candidates=(_candidate(first), _candidate(second)))
    return Choice(max(first, second, key=likelihood))


def _together(first: tuple[bool, bool, bool, int], second: tuple[bool, bool, bool, int]) -> bool:
    """Whether routers of two families can be one endpoint: not when the API listens on the VIP of one alone."""
    return first[0] >= second[0] and first[1] == second[1]


def concerned(fleet: Fleet, choice: Choice) -> list[Node]:
    """The nodes that are the endpoint's load balancers: those of its router, and those without keepalived.

    None where several routers of different nodes are candidates: their values have nothing to do with each other.
    """
    sets = {frozenset(candidate.nodes) for candidate in choice.candidates}
    if not choice.members and not sets:
        return list(fleet.nodes)
    if len(sets) > 1:
        return []
    names = {member.node.name for member in choice.members}.union(*sets)
    return [node for node in fleet.nodes if node.name in names or node.keepalived is None]


def addresses(router: Router) -> set[IPAddress]:
    """The virtual addresses of a router that keepalived takes."""
    return {vip.address for member in router for vip in member.instance.usable_vips if vip.address is not None}


def _routers(fleet: Fleet) -> list[Router]:
    """The groups, and the instances that are in none."""
    groups = [group.members for group in fleet.vrrp_groups]
    grouped = {id(member.instance) for members in groups for member in members}
    for node in fleet.nodes:
        for instance in node.keepalived.instances if node.keepalived else ():
            if id(instance) not in grouped:
                groups.append((Member(node, instance),))
    return groups


def _candidate(router: Router) -> Candidate:
    return Candidate(
        router[0].instance.title,
        tuple(map(str, sorted(addresses(router), key=lambda address: (address.version, int(address))))),
        tuple(member.node.name for member in router),
    )


def by_node(members: Sequence[Member]) -> dict[str, list[Member]]:
    """The instances of each node, in the order of the nodes."""
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(member.node.name, []).append(member)
    return found
