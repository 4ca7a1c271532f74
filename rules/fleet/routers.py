"""Which VRRP instances of different nodes are meant to be one virtual router.

The VRID can't decide, since a wrong VRID is one of the mistakes to find. So, in this order: instances that share a
virtual address; instances that name each other's address as unicast peer; then, for instances that are still alone,
those with the same VRID, those with the same name, and the only instances of two nodes, in each case only if their
addresses are near each other; and two or three multicast instances with the same VRID, interface and name. Instances
that are not joined by any of this belong to different clusters and are never compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.fleet.joined import Joined

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance
    from rules.fleet.node import Node


_TOO_MANY = 64
_FEW = 3


class Member(NamedTuple):
    """One node's instance in a group."""

    node: Node
    instance: VrrpInstance


Keys = Callable[[Member], Iterable[Hashable]]


class VrrpGroup:
    """The instances that are meant to be one virtual router: at most one per node, at least two nodes."""

    __slots__ = ("members",)

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = tuple(members)

    @property
    def label(self) -> str:
        """The virtual router's name in messages: its first known virtual address, or the first instance's name."""
        for member in self.members:
            for vip in member.instance.vips:
                if vip.address is not None:
                    return f"VIP {vip.address}"
        return f"vrrp_instance {self.members[0].instance.name.raw}"

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


def vrrp_groups(nodes: Sequence[Node]) -> list[VrrpGroup]:
    """The virtual routers of two or more nodes, in the order of their first member."""
    if sum(node.keepalived is not None for node in nodes) < 2:
        return []
    members = [Member(node, instance) for node in nodes if node.keepalived for instance in node.keepalived.instances]
    groups = _Groups(members)
    groups.join(_vips)
    groups.join(_peering)
    groups.join_single(_vrid)
    groups.join_few(_same_place)
    groups.join_single(lambda member: (member.instance.name.raw,))
    groups.join_single(_only_instance)
    return [VrrpGroup(group) for group in groups.result() if len(group) > 1]


class _Groups:
    """Members that are being joined: a set never has two instances of one node."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._members = members
        self._nodes: dict[int, tuple[int, set[int]]] = {}  # of a set: how many of its members were seen, their nodes
        self._joined = Joined(range(len(members)), self._on_different_nodes)

    def _on_different_nodes(self, a: Sequence[int], b: Sequence[int]) -> bool:
        larger, smaller = (a, b) if len(a) > len(b) else (b, a)
        nodes = self._nodes_of(larger)
        return not any(id(self._members[index].node) in nodes for index in smaller)

    def _nodes_of(self, indexes: Sequence[int]) -> set[int]:
        """The nodes of a set, which only ever grows at its end."""
        seen, nodes = self._nodes.get(id(indexes), (0, set()))
        nodes.update(id(self._members[index].node) for index in indexes[seen:])
        self._nodes[id(indexes)] = len(indexes), nodes
        return nodes

    def _buckets(self, keys: Keys) -> Iterator[list[int]]:
        holders: dict[Hashable, list[int]] = {}
        for index, member in enumerate(self._members):
            for key in keys(member):
                holders.setdefault(key, []).append(index)
        return (indexes for indexes in holders.values() if len(indexes) > 1)

    def _is_alone(self, index: int) -> bool:
        return len(self._joined.set_of(index)) == 1

    def join(self, keys: Keys) -> None:
        """Join members that have a key in common."""
        for indexes in self._buckets(keys):
            for index in indexes[1:]:
                self._joined.join(indexes[0], index)

    def join_single(self, keys: Keys) -> None:
        """Join members that are still alone with near members of the same key, preferring those that are alone too."""
        for indexes in self._buckets(keys):
            alone = [index for index in indexes if self._is_alone(index)]
            if len(alone) > _TOO_MANY:  # a generated file of many routers, where the key proves nothing
                continue
            for position, a in enumerate(alone):
                for b in alone[position + 1 :]:
                    if _are_near(self._members[a], self._members[b]):
                        self._joined.join(a, b)
            left = [index for index in alone if self._is_alone(index)]
            if len(left) == 1:
                for b in indexes:
                    if not self._is_alone(b) and _are_near(self._members[left[0]], self._members[b]):
                        self._joined.join(b, left[0])
                        break

    def join_few(self, keys: Keys) -> None:
        """Join up to three members with the same key that are all alone, wherever their addresses are."""
        for indexes in self._buckets(keys):
            if len(indexes) <= _FEW and all(map(self._is_alone, indexes)):
                for index in indexes[1:]:
                    self._joined.join(indexes[0], index)

    def result(self) -> list[list[Member]]:
        return [[self._members[index] for index in sorted(indexes)] for indexes in self._joined.sets()]


def _vips(member: Member) -> Iterator[Hashable]:
    return (vip.address for vip in member.instance.vips if vip.address is not None)


def _peering(member: Member) -> Iterator[Hashable]:
    """The address that it sends from, and those that it sends to: a pair has one of them in common."""
    source = member.instance.unicast_src_ip
    if source is not None and source.known:
        yield source.value
        # Three nodes that list each other have several addresses in common, two of one cluster at least one.
        yield from (peer.address for peer in member.instance.unicast_peers if peer.address is not None)


def _vrid(member: Member) -> Iterator[Hashable]:
    vrid = member.instance.virtual_router_id
    if vrid is not None and vrid.known:
        yield vrid.value, member.instance.family


def _same_place(member: Member) -> Iterator[Hashable]:
    """VRID, interface and name of an instance that sends to everybody: on one network they are one virtual router."""
    instance = member.instance
    vrid, interface = instance.virtual_router_id, instance.interface
    if vrid is not None and vrid.known and interface is not None and interface.certain and instance.is_unicast is False:
        yield vrid.value, instance.family, interface.raw, instance.name.raw


def _only_instance(member: Member) -> Iterator[Hashable]:
    config = member.node.keepalived
    if config is not None and len(config.instances) == 1:
        yield member.instance.family


def _are_near(a: Member, b: Member) -> bool:
    """Whether an address of one could be a neighbour, or a misspelling, of one of the other.

    Instances without any known address are near everything.
    """
    first, second = _addresses(a.instance), _addresses(b.instance)
    if not first or not second:
        return True
    return any(_differ_in_one_part(x, y) for x in first for y in second)


def _addresses(instance: VrrpInstance) -> list[str]:
    """Up to eight of the instance's virtual addresses, or else its own address."""
    found = [str(vip.address.exploded) for vip in instance.vips[:8] if vip.address is not None]
    source = instance.unicast_src_ip
    if not found and source is not None and source.value is not None:
        found = [str(source.value.exploded)]
    return found


def _differ_in_one_part(a: str, b: str) -> bool:
    parts, others = re.split("[.:]", a), re.split("[.:]", b)
    return len(parts) == len(others) and sum(x != y for x, y in zip(parts, others, strict=True)) <= 1
