"""Nodes and fleets: the facts of each load balancer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rules.engine.finding import NodeFiles

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.facts.keepalived import KeepalivedConfig
    from rules.fleet.routers import VrrpGroup


class Node:
    """One load-balancer machine: its name and the facts of its files.

    `haproxy` and `keepalived` are None if no such file was given.
    """

    __slots__ = ("files", "haproxy", "keepalived", "name")

    def __init__(self, files: NodeFiles, haproxy: HaproxyConfig | None, keepalived: KeepalivedConfig | None) -> None:
        self.name = files.name
        self.files = files
        self.haproxy = haproxy
        self.keepalived = keepalived

    def __repr__(self) -> str:
        return f"Node({self.name!r})"


class Fleet:
    """The nodes of one run."""

    __slots__ = ("_groups", "nodes")

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = tuple(nodes)
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
