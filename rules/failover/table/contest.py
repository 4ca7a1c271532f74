"""The contenders for a VIP: the routers of one block, and what events change for them."""

from __future__ import annotations

from collections.abc import Sequence

from rules.failover.model import Router, Situation
from rules.failover.table.events import Events, Scene
from rules.failover.table.verdicts import Contenders
from rules.failover.vrrp.protocol import Protocol
from rules.failover.vrrp.transitions import Transition


class Contest:
    """`routers` are all that affect each other, `own` those that have the VIP: one on each of `nodes`."""

    def __init__(self, routers: Sequence[Router], own: Sequence[Router]) -> None:
        self.protocol = Protocol(routers)
        self._indexes = {id(router): i for i, router in enumerate(self.protocol.routers)}
        self.own = tuple(own)
        self.nodes = tuple(dict.fromkeys(router.node for router in own))
        self.contenders = Contenders(
            refused=frozenset(router.node for router in own if router.refused),
            everybody=frozenset(router.node for router in routers),
            without_haproxy=frozenset(router.node for router in own if not router.has_haproxy),
        )
        self.unit_nodes = {self.protocol.unit_of[self.index(router)]: router.node for router in own}
        self._scene = Scene(own, routers)
        self._changes: dict[Events, Transition] = {}

    def change(self, events: Events) -> Transition:
        """What some events at the same moment change in a healthy fleet; cached."""
        found = self._changes.get(events)
        if found is None:
            found = self._changes[events] = self._scene.change(events)
        return found

    def router(self, node: str) -> Router:
        """The node's router for the VIP."""
        return next(router for router in self.own if router.node == node)

    def index(self, router: Router) -> int:
        """The number that the protocol has for a router."""
        return self._indexes[id(router)]

    def unit(self, node: str) -> int:
        """The number of the unit (a router, or its sync group) that a node's router is in."""
        return self.protocol.unit_of[self.index(self.router(node))]

    def priority(self, node: str, situation: Situation) -> int:
        """The effective priority of a node's router in a situation."""
        return self.protocol.moment(situation).priority[self.index(self.router(node))]
