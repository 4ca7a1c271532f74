"""XN024: a node that sends from an address that it also lists as a peer's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance
    from parsers.facts.keepalived.entries import Peer
    from parsers.facts.keepalived.settings import Address
    from parsers.facts.values import Value
    from rules.fleet.fleet import Fleet


def _source(instance: VrrpInstance) -> Value[Address] | None:
    source = instance.unicast_src_ip
    return source if source is not None and source.known else None


def _reported(fleet: Fleet) -> set[int]:
    """The instances whose source another node of their virtual router has too, which XN015 reports."""
    found: set[int] = set()
    for group in fleet.vrrp_groups:
        first: dict[object, VrrpInstance] = {}
        for member in group:
            source = _source(member.instance)
            if source is not None and first.setdefault(source.value, member.instance) is not member.instance:
                found |= {id(first[source.value]), id(member.instance)}
    return found


def _listed(instances: list[VrrpInstance], user: VrrpInstance, address: object) -> tuple[VrrpInstance, Peer] | None:
    """The first instance that sends from another address and lists this one as a peer's."""
    for instance in instances:
        source = _source(instance)
        if instance is user or source is None or source.value == address:
            continue
        for peer in instance.unicast_peers:
            if peer.certain and peer.address == address:
                return instance, peer
    return None


@rule("XN024", "source-of-another-node", Severity.WARNING, Scope.GIVEN)
def check(fleet: Fleet) -> Iterator[Hit]:
    """One instance sends from an address that another instance of the same file lists as a peer.

    Why it hurts: an address is either this node's or another node's. Such a file was written for several nodes at once:
    on each of them, the instances with another node's `unicast_src_ip` can't bind it and stay in FAULT. `keepalived -t`
    reports nothing (measured with 2.2.7). So each VIP has one node only, and is gone when that node dies.

    How to fix: give each node a file of its own, with its own address as `unicast_src_ip` in every instance, and the
    other nodes in `unicast_peer`. Or keep one file, and put `@name ` before the lines for the node of that name.

    Silent when: an address depends on a variable or on `@id`; an instance lists its own address (KA014); or the files
    of the other nodes are given too and have the same address (XN015).
    """
    reported = _reported(fleet)
    for node in fleet.nodes:
        instances = node.keepalived.instances if node.keepalived else []
        doubts = []
        for instance in instances:
            source = _source(instance)
            if source is None or id(instance) in reported:
                continue
            found = _listed(instances, instance, source.value)
            if found is not None:
                doubts.append((instance, source, *found))
        if not doubts:
            continue
        instance, source, other, peer = doubts[-1]
        yield Hit(
            source.span,
            f"vrrp_instance '{instance.title}' sends from {source.raw}, which is another node for "
            f"vrrp_instance '{other.title}': on any one node, one of the two can't work",
            help="give each node a file of its own: its own address as unicast_src_ip in every instance, and the other "
            "nodes as peers",
            note="this node's address",
            related=[
                (peer.span, "another node's"),
                *((value.span, f"'{it.title}' sends from {value.raw}") for it, value, _, _ in doubts[:-1]),
            ],
            node=node.name,
        )
