"""VRRP adverts as bytes: version 2 (RFC 3768 section 5.1) and version 3 (RFC 5798 section 5.1). Pure."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address

from rules.live.machine.observed import Advert, IPAddress

PROTOCOL = 112  # of IP, assigned to VRRP
GROUPS = {4: "224.0.0.18", 6: "ff02::12"}
_HEADER = 8
_ADVERTISEMENT = 1  # the only type that there is


def read_ipv4(packet: bytes, interface: str) -> Advert | None:
    """The advert in an IPv4 packet with its header, as a raw socket gives it (raw(7)); None for anything else."""
    if len(packet) < 20 or packet[0] >> 4 != 4 or packet[9] != PROTOCOL:
        return None
    start = (packet[0] & 15) * 4
    if start < 20:
        return None
    source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
    return read_advert(packet[start:], interface, source, destination)


def read_advert(data: bytes, interface: str, source: IPAddress, destination: IPAddress) -> Advert | None:
    """The advert in a VRRP message; None if it is none, too short, or its checksum is wrong.

    Version 2 has its checksum over the message alone, version 3 over a pseudo-header too (IPv6: RFC 8200 section 8.1);
    keepalived can leave that out for IPv4 ("v3_checksum_type"), so both are right there.
    """
    if len(data) < _HEADER or data[0] & 15 != _ADVERTISEMENT:
        return None
    version, vrid, priority, count = data[0] >> 4, data[1], data[2], data[3]
    size = 16 if source.version == 6 else 4
    if version not in (2, 3) or (version == 2 and size == 16) or not vrid or len(data) < _HEADER + count * size:
        return None
    pseudo = source.packed + destination.packed
    if source.version == 6:
        pseudo += struct.pack("!IxxxB", len(data), PROTOCOL)
    else:
        pseudo += struct.pack("!xBH", PROTOCOL, len(data))
    right = [data] if version == 2 else [pseudo + data] if size == 16 else [pseudo + data, data]
    if not any(_sum(one) == 0xFFFF for one in right):
        return None
    words = [data[at : at + size] for at in range(_HEADER, _HEADER + count * size, size)]
    addresses = tuple(IPv6Address(word) if size == 16 else IPv4Address(word) for word in words)
    return Advert(interface, source, vrid, version, priority, addresses, destination)


def _sum(data: bytes) -> int:
    """The one's complement sum of 16-bit words (RFC 1071); 0xFFFF where the checksum within is right."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total
