"""The endpoint's name, and how it is to move: from the initial master to the VIP."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, NamedTuple

from wizard.rehearsal.staging.doors import Door
from wizard.rehearsal.staging.servers import PlayedServer

if TYPE_CHECKING:
    from rules.plan import Cluster

IPAddress = IPv4Address | IPv6Address
TTL = 60
"""Seconds of the record, as RUNBOOK.md has it."""


class PlayedName(NamedTuple):
    """The name that clients connect to, the port, its two addresses, and the seconds that a client may keep one."""

    name: str
    port: int
    initial: IPAddress
    vip: IPAddress
    ttl: int = TTL


def name_of(
    cluster: Cluster | None, doors: Sequence[Door], servers: Sequence[PlayedServer], notes: list[str]
) -> PlayedName | None:
    """The name of halb.toml, if its cutover can be played: the initial master serves at the port that the VIP has."""
    if cluster is None or cluster.endpoint is None or not cluster.control_plane:
        return None
    first = cluster.control_plane[0].address
    server = next((one for one in servers if first is not None and one.address == first.value), None)
    door = next((d for d in doors if d.tls and server is not None and d.vip.version == server.address.version), None)
    if server is None or door is None or str(cluster.endpoint.value).replace(".", "").isdigit():
        return None
    if door.port not in server.ports:
        notes.append(
            f"the DNS cutover is not played: clients use port {door.port} of the name, where {server.name} itself does "
            "not listen"
        )
        return None
    return PlayedName(str(cluster.endpoint.value), door.port, server.address, door.vip)
