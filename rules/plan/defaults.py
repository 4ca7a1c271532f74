"""What a plan holds where nobody said anything."""

from __future__ import annotations

from collections.abc import Iterable

from rules.plan.model import API_PORT, IPAddress, IPInterface, Phase

STACKED_PORT = 8443
"""The endpoint's port where haproxy shares its machines with API servers, which have 6443 themselves."""

HAPROXY_RELEASE, KEEPALIVED_RELEASE = "2.4", "2.0.11"
"""The oldest releases that take the files that halb writes: named `defaults` sections came with haproxy 2.4,
vrrp_track_process with keepalived 2.0.11."""

FAST_ADVERT_INT = 0.25
"""Seconds between adverts, at most, with which another load balancer has the VIP within a second whatever its priority
is: three adverts, and a skew below one more (RFC 9568, section 6.1: 4 x 0.25)."""

HIGHEST_PRIORITY, PRIORITY_STEP = 110, 10

_COMMON_IDS = frozenset({1, 51})
_IDS = tuple(number for number in range(1, 256) if number not in _COMMON_IDS)


def virtual_router_id(name: str, vip: IPInterface | IPAddress) -> int:
    """A VRRP id from 2 to 255 for the VIP of the cluster `name`: the same on every machine and in every run.

    SHA-256 of the name in UTF-8, a newline, and the 4 or 16 bytes of the VIP in network order; its first 8 bytes,
    big-endian, modulo 253, count through 2, 3, ... 255 without 51. The prefix length plays no part. 1 and 51 are left
    out because they are what examples have, so a neighbour has one of them most likely.
    """
    import hashlib

    address = getattr(vip, "ip", vip)
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace") + b"\n" + address.packed).digest()
    return _IDS[int.from_bytes(digest[:8], "big") % len(_IDS)]


def auth_pass() -> str:
    """A new password for VRRP: 8 letters and digits, which is all of it that keepalived reads (2.2.7)."""
    import secrets
    import string

    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(8))


def priorities(count: int) -> tuple[int, ...]:
    """VRRP priorities of `count` load balancers (up to 11), from the highest: 110, 100, 90, ..."""
    return tuple(HIGHEST_PRIORITY - PRIORITY_STEP * index for index in range(count))


def priority_after(other: int | None) -> int:
    """The priority of a load balancer below one of the priority `other`, or of the first one; below 1 is none."""
    return HIGHEST_PRIORITY if other is None else other - PRIORITY_STEP


def priority(other: int | None) -> int:
    """As `priority_after`; ValueError with the words for the user when none is left."""
    found = priority_after(other)
    if found < 1:
        raise ValueError("has no priority, and none is left below; write one, such as 90")
    return found


def phase(imported: Iterable[tuple[str, ...]]) -> Phase:
    """Where the name of a new cluster leads: to the initial master. ValueError with the words for the user when load
    balancers were `imported`: no file of theirs tells where the name leads.
    """
    if any(imported):
        raise ValueError('has no phase; write phase = "cutover" if the name leads to the VIP already, else "bootstrap"')
    return Phase.BOOTSTRAP


def cluster_name(endpoint: str) -> str:
    """What a cluster is called whose endpoint has this DNS name: the first label."""
    return endpoint.partition(".")[0]


def layout(load_balancers: Iterable[IPAddress], control_plane: Iterable[IPAddress]) -> str:
    """The layout: "stacked" where every load balancer has the address of a control-plane node, else "dedicated"."""
    lbs, nodes = set(load_balancers), set(control_plane)
    return "stacked" if lbs and lbs <= nodes else "dedicated"


def endpoint_port(layout: str, bind: str) -> int:
    """6443; 8443 where haproxy binds any address of a machine whose API server has 6443 already."""
    return STACKED_PORT if layout == "stacked" and bind == "any" else API_PORT


def takeover(advert_ints: Iterable[float]) -> str:
    """How soon another load balancer takes over, where nobody says it: as soon as the adverts say, if somebody did."""
    return "fast" if any(seconds <= FAST_ADVERT_INT for seconds in advert_ints) else "normal"


def advert_int(takeover: str) -> float:
    """Seconds between adverts: with 0.2, a power cut costs 0.52 to 0.72 s (priority 100)."""
    return 0.2 if takeover == "fast" else 1.0


def track(run: str) -> str:
    """What keepalived watches: in a container it gets no events of haproxy's process, so the script alone."""
    return "script" if run == "static-pod" else "process"
