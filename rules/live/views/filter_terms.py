"""The conditions of nftables' rules (libnftables-json(5)) for one VRRP packet: true, false, or None for perhaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from parsers.records import NamedTuple
from rules.live.machine.observed import IPAddress

_VRRP = (112, "112", "vrrp")
_TRANSPORTS = frozenset(
    (
        "tcp",
        "udp",
        "udplite",
        "dccp",
        "sctp",
        "icmp",
        "icmpv6",
        "igmp",
        "esp",
        "ah",
        "comp",
        "gre",
        "arp",
        "ether",
        "vlan",
    )
)
_DEEPEST = 8  # sets in sets

_Fact = IPv4Address | IPv6Address | str | int


class Packet(NamedTuple):
    """A VRRP advert as it arrives: the interface's name, and the addresses. `state` is conntrack's word for it."""

    interface: str
    source: IPAddress
    destination: IPAddress
    state: str = "new"


class Terms:
    """What a table's conditions say of a packet; `sets` are the named sets and maps of the table."""

    def __init__(self, packet: Packet, sets: Mapping[str, Mapping[str, Any]]) -> None:
        self._packet = packet
        self._sets = sets

    def matches(self, content: Any) -> bool | None:
        """Whether the packet meets a `match` expression."""
        if not isinstance(content, Mapping):
            return None
        fact = self._fact(content.get("left"))
        if fact is None or fact is False:
            return fact
        found = self._is(fact, content.get("right"))
        operator = content.get("op")
        if operator in ("==", "in"):
            return found
        return None if found is None or operator != "!=" else not found

    def entries(self, data: Any) -> Iterator[tuple[Any, Any]]:
        """The pairs of a verdict map, given in place or by name."""
        for element in self._elements(data) or ():
            if isinstance(element, list) and len(element) == 2:
                yield element[0], element[1]

    def _fact(self, left: Any) -> _Fact | None:
        """What a selector gives for the packet: False if the packet has no such thing, None if that is not known."""
        if not isinstance(left, Mapping) or len(left) != 1:
            return None
        ((kind, about),) = left.items()
        if not isinstance(about, Mapping):
            return None
        version = self._packet.source.version
        if kind == "meta":
            facts: Mapping[Any, _Fact] = {
                "iifname": self._packet.interface,
                "iif": self._packet.interface,
                "l4proto": 112,
                "nfproto": f"ipv{version}",
                "protocol": "ip" if version == 4 else "ip6",
                "pkttype": "multicast" if self._packet.destination.is_multicast else "host",
            }
            return facts.get(str(about.get("key")))
        if kind == "ct":
            return self._packet.state if about.get("key") == "state" else None
        if kind == "payload" and "protocol" in about:
            return self._field(str(about["protocol"]), about.get("field"), version)
        return None

    def _field(self, protocol: str, field: Any, version: int) -> _Fact | None:
        if protocol in _TRANSPORTS:  # "tcp dport 22" is about TCP only
            return False
        if protocol not in ("ip", "ip6"):
            return None
        if (protocol == "ip") != (version == 4):
            return False
        facts: Mapping[Any, _Fact] = {
            "saddr": self._packet.source,
            "daddr": self._packet.destination,
            "protocol": 112,
            "nexthdr": 112,
        }
        return facts.get(str(field))

    def _is(self, fact: _Fact, right: Any, depth: int = 0) -> bool | None:
        """Whether a fact is what the right side says: a word, a prefix, a range, or one of a set."""
        elements = self._elements(right) if depth < _DEEPEST else None
        if elements is not None:
            found = [self._is(fact, element, depth + 1) for element in elements]
            return True if True in found else None if None in found else False
        if isinstance(right, Mapping):
            return _in_prefix(fact, right.get("prefix")) if "prefix" in right else _in_range(fact, right.get("range"))
        if isinstance(fact, int):
            return _is_protocol(right)
        if isinstance(fact, str):
            return fnmatchcase(fact, right) if isinstance(right, str) and "[" not in right else None
        try:
            return fact == ip_address(right)
        except ValueError:
            return None

    def _elements(self, right: Any) -> list[Any] | None:
        """The members of a set, given in place or by name; None for what is none."""
        if isinstance(right, list):
            return right
        if isinstance(right, Mapping) and "elem" in right:
            inner = right["elem"]
            return [inner.get("val") if isinstance(inner, Mapping) else inner]
        if isinstance(right, Mapping) and "set" in right:
            return right["set"] if isinstance(right["set"], list) else [right["set"]]
        if isinstance(right, str) and right.startswith("@"):
            named = self._sets.get(right[1:])
            found = named.get("elem", []) if named is not None else None
            return found if isinstance(found, list) else None
        return None


def _is_protocol(right: Any) -> bool | None:
    if right in _VRRP:
        return True
    return False if isinstance(right, int) or (isinstance(right, str) and not right.startswith("@")) else None


def _in_prefix(fact: _Fact, prefix: Any) -> bool | None:
    if not isinstance(prefix, Mapping) or isinstance(fact, int | str):
        return None
    try:
        return fact in ip_network(f"{prefix.get('addr')}/{prefix.get('len')}", strict=False)
    except ValueError:
        return None


def _in_range(fact: _Fact, between: Any) -> bool | None:
    if not isinstance(between, list) or len(between) != 2 or isinstance(fact, str):
        return None
    try:
        if isinstance(fact, int):
            return int(between[0]) <= fact <= int(between[1])
        first, last = map(ip_address, between)
    except (ValueError, TypeError):
        return None
    if first.version != fact.version or last.version != fact.version:
        return False
    return int(first) <= int(fact) <= int(last)
