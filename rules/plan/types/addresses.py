"""The IP addresses of a plan: a machine's, and the VIP with its prefix length."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface, ip_address, ip_interface
from typing import Any, NamedTuple

from rules.plan.model import IPAddress, IPInterface
from rules.plan.types.readers import MeantError, shown, value_type

_EVERYBODY = IPv4Address("255.255.255.255")
_V4, _V6 = "192.168.2.151", "fd00:2::151"
_VIP4, _VIP6 = "192.168.2.140/24", "fd00:2::140/64"


@value_type({"type": "string", "pattern": "^[0-9A-Fa-f:.]+$"})
def node_address(value: Any) -> IPAddress:
    """A machine's own address, IPv4 or IPv6, without prefix length."""
    text = _string(value, _V4)
    address = _address(text, text, _V6 if ":" in text else _V4, str)
    if address.is_unspecified or address.is_multicast or address == _EVERYBODY:
        raise ValueError(f"{shown(text)} can't be the address of one machine; write its own, as in '{_V4}'")
    return address


@value_type({"type": "string", "format": "ipv6"})
def node_address6(value: Any) -> IPAddress:
    """A machine's IPv6 address, where it has one of each family."""
    address = node_address(_string(value, _V6))
    if address.version != 6:
        raise ValueError(f"{shown(value)} is IPv4; write the IPv6 address here, as in '{_V6}'")
    return address


@value_type({"type": "string", "pattern": "^[0-9A-Fa-f:.]+/[0-9]{1,3}$"})
def vip_address(value: Any) -> IPInterface:
    """The VIP with the prefix length of its network: keepalived would take an address alone for a /32 or /128.

    Refused is what no client can connect to: the address of the network itself (in IPv6 the subnet-router anycast
    address, RFC 4291 section 2.6.1), its broadcast address, loopback, multicast, link-local (which a client reaches
    with the name of an interface alone, RFC 4007 section 11: no DNS record has one).
    """
    text = _string(value, _VIP4)
    host, slash, length = text.partition("/")

    def complete(address: IPAddress) -> str:
        return f"{address}/{_prefix(length, address) or (24 if address.version == 4 else 64)}"

    address = _address(host, text, _VIP6 if ":" in text else _VIP4, complete)
    meant = complete(address)
    if not slash:
        raise MeantError(f"{shown(text)} has no prefix length; write '{meant}'", meant)
    prefix = _prefix(length, address)
    if not prefix or not re.fullmatch("[0-9]+", length):
        wanted = f"prefix length from 1 to {address.max_prefixlen}"
        # A netmask says the same as the prefix length that it is.
        text = f"{shown(text)} has no {wanted} after the '/'; write '{meant}'"
        raise MeantError(text, meant, certain=bool(prefix))
    interface = ip_interface(f"{address}/{prefix}")
    if wrong := _unusable(interface):
        like = f", as in '{_VIP6}'" if address.version == 6 and address.is_link_local else ""
        raise ValueError(f"{shown(text)} {wrong}; write an unused address of the load balancers' network{like}")
    return interface


@value_type({"type": "string", "pattern": "^[0-9A-Fa-f:.]+/[0-9]{1,3}$"})
def vip_address6(value: Any) -> IPInterface:
    """The VIP's IPv6 address with its prefix length, where it has one of each family."""
    interface = vip_address(_string(value, _VIP6))
    if interface.version != 6:
        raise ValueError(f"{shown(value)} is IPv4; write the IPv6 address here, as in '{_VIP6}'")
    return interface


def _string(value: Any, example: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f'must be a string, as in "{example}", not {shown(value)}')
    if not value:
        raise ValueError(f'must not be empty; write an address such as "{example}"')
    return value


def _parsed(text: str) -> IPAddress | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _address(text: str, written: str, example: str, complete: Callable[[IPAddress], str]) -> IPAddress:
    """The address that `text` is, a part of what was `written`; `complete` is how to write one in its stead."""
    address = _parsed(text)
    if address is not None:
        if "%" in text:
            raise ValueError(f"{shown(written)} has a zone ('%'); write an address that is reached without one")
        return address
    for slip in _SLIPS:
        meant = _parsed(slip.mended(text))
        if meant is not None:
            write = complete(meant)
            guessed = "/" in write and not written.endswith(f"/{write.partition('/')[2]}")
            certain = slip.certain and not guessed
            raise MeantError(f"{shown(written)} {slip.words}; write '{write}'", write, certain=certain)
    raise ValueError(f"{shown(written)} is not an IP address, as in '{example}'")


def _without_port(text: str) -> str:
    """`10.0.0.1:6443` and `[fd00::1]:6443` without the port; in IPv6 without brackets the last number is no port."""
    return re.sub(r"^(?:\[(.+)\]|([^:]+)):[0-9]+$", lambda found: found[1] or found[2], text)


class _Slip(NamedTuple):
    """A way in which addresses are written wrong; `certain`: it leaves no doubt about the address."""

    words: str
    mended: Callable[[str], str]
    certain: bool = False


_SLIPS = (
    _Slip("has a space", lambda text: "".join(text.split()), certain=True),
    _Slip("has a prefix length", lambda text: text.partition("/")[0], certain=True),
    _Slip("has brackets", lambda text: text.removeprefix("[").removesuffix("]"), certain=True),
    _Slip("has a port", _without_port),
    _Slip("has more than two colons in a row", lambda text: re.sub(":{3,}", "::", text)),
    _Slip("ends in a colon", lambda text: text.removesuffix(":")),
    _Slip("has '::' twice", lambda text: re.sub("(::.*?)::", r"\1:", text, count=1).removesuffix(":")),
    _Slip(
        "has no '::'",
        lambda text: re.sub(r"^([0-9A-Fa-f]{4}(?::[0-9A-Fa-f]{1,4}){0,3}):(?=[0-9A-Fa-f]+$)", r"\1::", text),
    ),
    _Slip("has a number with a leading zero", lambda text: re.sub(r"(?<![0-9])0+(?=[0-9])", "", text)),
)


def _prefix(length: str, address: IPAddress) -> int:
    """A prefix length, or that of a netmask such as 255.255.255.0 or ffff:ffff:ffff:ffff::; 0 for anything else."""
    mask = _parsed(length)
    bits = f"{int(mask):0{mask.max_prefixlen}b}" if mask is not None and mask.version == address.version else ""
    prefix = bits.count("1") if re.fullmatch("1+0*", bits) else 0
    if re.fullmatch("[0-9]{1,3}", length) and int(length) <= address.max_prefixlen:
        prefix = int(length)
    return prefix


def _unusable(interface: IPInterface) -> str:
    """Why nobody can connect to the address, or "" when it can be a VIP."""
    address, network = interface.ip, interface.network
    reasons = {
        "is the unspecified address": address.is_unspecified,
        "is a loopback address, which no other machine reaches": address.is_loopback,
        "is a multicast address": address.is_multicast,
        "is a link-local address, which is not routed": address.is_link_local,
    }
    if network.prefixlen < network.max_prefixlen - 1:  # a network of one or two addresses has no others (RFC 3021)
        reasons["is the address of the network itself"] = address == network.network_address
    if isinstance(interface, IPv4Interface):
        # "/31" has two hosts and no broadcast address (RFC 3021).
        own = network.prefixlen < 31 and address == network.broadcast_address
        reasons["is a broadcast address"] = own or address == _EVERYBODY
    return next((text for text, true in reasons.items() if true), "")
