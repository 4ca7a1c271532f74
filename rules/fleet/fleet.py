"""Fleets: the nodes of one run, and what they make up together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rules.fleet.node import Node

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from rules.fleet.routers import VrrpGroup

    Addresses = Mapping[str, Sequence[IPv4Address | IPv6Address]]


class Fleet:
    """The nodes of one run.

    `keepalived_version`: the release on all of them ("2.2", "2.2.7"), None: any. `addresses`: by node, its own
    addresses that are known from elsewhere (halb.toml). `restarted`: the nodes that are known to start keepalived again
    when it was killed.
    """

    __slots__ = ("_groups", "addresses", "keepalived_version", "nodes", "restarted")

    def __init__(
        self,
        nodes: Sequence[Node],
        keepalived_version: str | None = None,
        addresses: Addresses | None = None,
        restarted: frozenset[str] = frozenset(),
    ) -> None:
        self.nodes = tuple(nodes)
        self.keepalived_version = keepalived_version
        self.addresses = addresses or {}
        self.restarted = restarted
        self._groups: list[VrrpGroup] | None = None

    @property
    def vrrp_groups(self) -> list[VrrpGroup]:
        """The instances of different nodes that are meant to be one virtual router."""
        if len(self.nodes) < 2:
            return []
        if self._groups is None:
            from rules.fleet.routers import vrrp_groups

            self._groups = vrrp_groups(self.nodes)
        return self._groups
