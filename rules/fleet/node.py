"""Nodes: the facts of each load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.finding import NodeFiles

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.facts.keepalived import KeepalivedConfig


class Node:
    """One load-balancer machine: its name and the facts of its files.

    `haproxy` and `keepalived` are None if no such file was given, `endpoint_port` if no port of the endpoint was.
    """

    __slots__ = ("endpoint_port", "files", "haproxy", "keepalived", "name")

    def __init__(
        self,
        files: NodeFiles,
        haproxy: HaproxyConfig | None,
        keepalived: KeepalivedConfig | None,
        endpoint_port: int | None = None,
    ) -> None:
        self.endpoint_port = endpoint_port
        self.name = files.name
        self.files = files
        self.haproxy = haproxy
        self.keepalived = keepalived

    def __repr__(self) -> str:
        return f"Node({self.name!r})"
