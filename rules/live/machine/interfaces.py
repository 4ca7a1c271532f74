"""The interfaces with their addresses (`ip -j addr`), and which source address the kernel takes."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from rules.live.dns.datagrams import connected_udp
from rules.live.machine.commands import output_of
from rules.live.machine.observed import Held, IPAddress, Nic, NotKnownError

_DISCARD = 9  # a port of no importance: connecting a datagram socket sends nothing


def interfaces() -> tuple[Nic, ...]:
    """The interfaces of this machine; raises NotKnownError if `ip` can't say them."""
    found = read_interfaces(output_of("ip", "-j", "addr", "show", package="iproute2"))
    if not found:
        raise NotKnownError("'ip -j addr' lists no interface; its release may be too old for -j (before 4.13)")
    return found


def read_interfaces(text: str) -> tuple[Nic, ...]:
    """The interfaces in what `ip -j addr` prints (iproute2, ip(8)); what is not as it should be is left out."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return tuple(_nics(rows)) if isinstance(rows, list) else ()


def _nics(rows: list[Any]) -> Iterator[Nic]:
    for row in rows:
        if not isinstance(row, Mapping) or not isinstance(row.get("ifname"), str):
            continue
        flags = row.get("flags")
        flags = flags if isinstance(flags, list) else []
        others, index = row.get("altnames"), row.get("ifindex")
        yield Nic(
            name=row["ifname"],
            number=index if isinstance(index, int) else 0,
            up="UP" in flags,
            addresses=tuple(_held(row.get("addr_info"))),
            other_names=tuple(n for n in others if isinstance(n, str)) if isinstance(others, list) else (),
            loopback="LOOPBACK" in flags,
        )


def _held(rows: object) -> Iterator[Held]:
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, Mapping):
            continue
        try:
            address = ip_address(str(row.get("local")))
        except ValueError:
            continue
        length = row.get("prefixlen")
        if isinstance(length, int) and 0 <= length <= address.max_prefixlen:
            yield Held(address, length)


def sources(destinations: Iterable[IPAddress]) -> Mapping[IPAddress, IPAddress]:
    """The source address that the kernel takes for each destination, by its routes; no packet is sent.

    Destinations without a route are left out. Raises NotKnownError if none has one.
    """
    wanted = list(dict.fromkeys(destinations))
    found = {address: source for address in wanted if (source := _source(address)) is not None}
    if wanted and not found:
        raise NotKnownError("this machine has no route to any other node")
    return found


def _source(destination: IPAddress) -> IPAddress | None:
    try:
        with connected_udp(destination, _DISCARD) as sock:
            return ip_address(str(sock.getsockname()[0]).partition("%")[0])
    except (OSError, ValueError):
        return None


def hostname() -> str:
    """The name of this machine."""
    return socket.gethostname()
