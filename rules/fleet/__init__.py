"""Nodes and fleets: what the files of one machine say, and which instances are one virtual router."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node
    from rules.fleet.routers import Member, VrrpGroup

__all__ = [
    "Fleet",
    "Member",
    "Node",
    "VrrpGroup",
]

__getattr__ = lazily(
    __name__,
    {
        "fleet": "Fleet",
        "node": "Node",
        "routers": "Member VrrpGroup",
    },
)
