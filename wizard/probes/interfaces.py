"""The network interfaces of this machine (Linux), read from /sys and /proc: no packet is sent, no program is run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple

_LOOPBACK = "lo"


class AttachedInterface(NamedTuple):
    """An interface, and the prefix length of the network that it is attached to."""

    interface: str
    prefix: int


def interfaces(root: Path = Path("/")) -> tuple[str, ...]:
    """The names of the interfaces without the loopback one, in order; empty where the system does not say."""
    with suppress(OSError):
        names = sorted(os.listdir(root / "sys/class/net"))
        return tuple(name for name in names if name != _LOOPBACK)
    return ()


def attached_to(address: IPv4Address | IPv6Address, root: Path = Path("/")) -> tuple[AttachedInterface, ...]:
    """The interfaces that own the network of an address of this machine.

    For IPv6 it is the interface that has the address (/proc/net/if_inet6). The kernel has no such list for IPv4: there
    it is every interface with a route to the network that needs no gateway (/proc/net/route), the narrowest network
    first. Empty where the system does not say.
    """
    try:
        found = _by_route(address, root) if address.version == 4 else _by_address(address, root)
        return tuple(sorted(dict.fromkeys(found), key=lambda one: (-one.prefix, one.interface)))
    except (OSError, ValueError, IndexError):
        return ()


def _by_route(address: IPv4Address | IPv6Address, root: Path) -> Iterator[AttachedInterface]:
    _, *lines = (root / "proc/net/route").read_text(encoding="ascii", errors="replace").splitlines()
    for line in lines:
        name, destination, gateway, _, _, _, _, mask, *_ = line.split()
        network = IPv4Network((_little_endian(destination), str(_little_endian(mask))))
        if int(gateway, 16) == 0 and network.prefixlen and address in network:
            yield AttachedInterface(name, network.prefixlen)


def _little_endian(digits: str) -> IPv4Address:
    """The address that /proc/net/route writes as a number of the machine, which is little-endian nearly everywhere."""
    return IPv4Address(bytes.fromhex(digits)[::-1])


def _by_address(address: IPv4Address | IPv6Address, root: Path) -> Iterator[AttachedInterface]:
    lines = (root / "proc/net/if_inet6").read_text(encoding="ascii", errors="replace").splitlines()
    for line in lines:
        digits, _, prefix, _, _, name = line.split()
        if ip_address(bytes.fromhex(digits)) == ip_address(str(address).partition("%")[0]):
            yield AttachedInterface(name, int(prefix, 16))
