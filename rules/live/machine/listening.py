"""Listening on the wire: VRRP adverts of others, and who answers for an address by ARP. Needs root or CAP_NET_RAW.

Adverts that a firewall of this machine drops, and those inside of an authentication header (AH), are not heard. The VIP
is asked for as a machine does before it takes an address (an ARP probe, RFC 5227 section 2.1): nobody's tables change.
"""

from __future__ import annotations

import selectors
import socket
import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from ipaddress import IPv4Address, IPv6Address

from rules.live.machine.adverts import GROUPS, PROTOCOL, read_advert, read_ipv4
from rules.live.machine.observed import Advert, Answer, IPAddress, Nic, NotKnownError

NEEDS_ROOT = "it needs root or CAP_NET_RAW; run it with sudo"
_LONGEST = 1 << 12  # bytes of a packet
_MOST = 2000  # packets
_ARP = 0x0806
_ETHERNET = 1
_REQUEST, _REPLY = 1, 2
_ARP_PACKET = struct.Struct("!HHBBH6s4s6s4s")  # RFC 826
_IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)  # linux/in.h; Python names it since 3.12


def heard_adverts(nics: Iterable[Nic], seconds: float) -> tuple[Advert, ...]:
    """The adverts of both families that arrive within `seconds`, each router on each interface once, in order.

    Raises NotKnownError without the right to listen.
    """
    names = {nic.number: nic.name for nic in nics if nic.up and not nic.loopback}
    found: dict[tuple[str, int, IPAddress], Advert] = {}
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for family, open_ in ((4, _socket4), (6, _socket6)):
            try:
                sock = stack.enter_context(open_(names))
            except PermissionError as error:
                raise NotKnownError(f"listening for VRRP: {NEEDS_ROOT}") from error
            except OSError:  # a machine without this family
                continue
            selector.register(sock, selectors.EVENT_READ, family)
        until, left = time.monotonic() + seconds, _MOST
        while left and selector.get_map() and (rest := until - time.monotonic()) > 0:
            for key, _ in selector.select(rest):
                assert isinstance(key.fileobj, socket.socket)
                left = max(left - 1, 0)
                advert = _receive(key.fileobj, key.data, names)
                if advert is not None:
                    found[advert.interface, advert.vrid, advert.source] = advert
    return tuple(sorted(found.values(), key=lambda one: (one.interface, one.vrid, one.source.version, int(one.source))))


def _socket4(names: Mapping[int, str]) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTOCOL)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    for index in names:
        with suppress(OSError):  # an interface without multicast
            membership = struct.pack("=4s4si", socket.inet_aton(GROUPS[4]), bytes(4), index)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    return sock


def _socket6(names: Mapping[int, str]) -> socket.socket:
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, PROTOCOL)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    for index in names:
        with suppress(OSError):
            membership = socket.inet_pton(socket.AF_INET6, GROUPS[6]) + struct.pack("=I", index)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)
    return sock


def _receive(sock: socket.socket, family: int, names: Mapping[int, str]) -> Advert | None:
    try:
        data, control, _, sender = sock.recvmsg(_LONGEST, 256)
        if family == 4:
            index = next((struct.unpack("=i", d[:4])[0] for _, kind, d in control if kind == _IP_PKTINFO), 0)
            return read_ipv4(data, names.get(index, "")) if index in names else None
        for _, kind, info in control:
            if kind == socket.IPV6_PKTINFO and len(info) >= 20:
                index = struct.unpack("=I", info[16:20])[0]
                source = IPv6Address(str(sender[0]).partition("%")[0])
                return read_advert(data, names[index], source, IPv6Address(info[:16])) if index in names else None
    except (OSError, ValueError, struct.error):
        return None
    return None


def arp_answers(wanted: Iterable[tuple[IPv4Address, Nic]], seconds: float = 1.0) -> tuple[Answer, ...]:
    """Who answers for each IPv4 address on the interface, other than this machine; each hardware address once.

    Raises NotKnownError without the right to ask.
    """
    found: dict[Answer, None] = {}
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        asked = []
        for address, nic in wanted:
            try:
                sock = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ARP)))
                sock.setblocking(False)
                sock.bind((nic.name, _ARP))
            except PermissionError as error:
                raise NotKnownError(f"asking by ARP: {NEEDS_ROOT}") from error
            except (OSError, AttributeError):
                continue
            if sock.getsockname()[3] == _ETHERNET:
                asked.append((sock, address, nic))
                selector.register(sock, selectors.EVENT_READ, (address, nic))
        start = time.monotonic()
        for share in (0.0, 0.5):  # a request may be lost
            for sock, address, _ in asked:
                with suppress(OSError):
                    _ask(sock, address)
            found |= dict.fromkeys(_answers(selector, start + seconds * (share + 0.5)))
    return tuple(sorted(found, key=lambda one: (int(one.address), one.hardware)))


def _ask(sock: socket.socket, address: IPv4Address) -> None:
    name, _, _, _, own = sock.getsockname()
    probe = _ARP_PACKET.pack(_ETHERNET, 0x0800, 6, 4, _REQUEST, own, bytes(4), bytes(6), address.packed)
    sock.sendto(probe, (name, _ARP, 0, _ETHERNET, b"\xff" * 6))


def _answers(selector: selectors.BaseSelector, until: float) -> Iterator[Answer]:
    left = _MOST
    while left and selector.get_map() and (rest := until - time.monotonic()) > 0:
        for key, _ in selector.select(rest):
            assert isinstance(key.fileobj, socket.socket)
            left = max(left - 1, 0)
            address, nic = key.data
            with suppress(OSError):
                hardware = read_arp_reply(key.fileobj.recv(_LONGEST), address)
                own = ":".join(f"{byte:02x}" for byte in key.fileobj.getsockname()[4])
                if hardware and hardware != own:
                    yield Answer(address, hardware, nic.name)


def read_arp_reply(data: bytes, address: IPv4Address) -> str:
    """The hardware address that says it has `address`, as `00:00:5e:00:01:21`; "" for any other packet."""
    if len(data) < _ARP_PACKET.size:
        return ""
    kind, protocol, _, _, operation, hardware, sender, _, _ = _ARP_PACKET.unpack_from(data)
    if (kind, protocol, operation) != (_ETHERNET, 0x0800, _REPLY) or sender != address.packed:
        return ""
    return ":".join(f"{byte:02x}" for byte in hardware)
