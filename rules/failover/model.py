"""The types of the failover model: the routers of all nodes as keepalived runs them, and what is broken."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.support.keepalived.releases import EARLIER, Behaviour

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from rules.fleet.routers import Member

    IPAddress = IPv4Address | IPv6Address

InstanceKey = tuple[str, int]
"""A node's name, and the index of an instance in its file."""


class Seconds(NamedTuple):
    """A duration known to lie between two bounds, in seconds."""

    low: float
    high: float

    def plus(self, other: Seconds) -> Seconds:
        """One after the other."""
        return Seconds(self.low + other.low, self.high + other.high)

    def hull(self, other: Seconds) -> Seconds:
        """From the earlier of the two to the later."""
        return Seconds(min(self.low, other.low), max(self.high, other.high))

    def first(self, other: Seconds) -> Seconds:
        """When the first of two that run at the same time is over."""
        return Seconds(min(self.low, other.low), min(self.high, other.high))

    def last(self, other: Seconds) -> Seconds:
        """When both of two that run at the same time are over."""
        return Seconds(max(self.low, other.low), max(self.high, other.high))


AT_ONCE = Seconds(0.0, 0.0)
STARTING = Seconds(0.0, 0.5)
"""The time that keepalived needs to read its file and open its sockets (measured with 2.2.7: 0.1 to 0.4 s)."""
RESIGNING = Seconds(0.0, 0.1)
"""The time that a master needs to remove its addresses and send priority 0 (measured with 2.2.7: 0.01 to 0.08 s)."""


class Subject(StrEnum):
    """What a check tests: what has to break for it to fail."""

    HAPROXY = "haproxy"
    INTERFACE = "interface"
    NEIGHBOUR = "neighbour"
    OTHER = "something else"
    NOTHING = "nothing"
    """It never fails, like `/bin/true`."""
    ALWAYS = "always"
    """It never succeeds, like `/bin/false`."""


class CheckKey(NamedTuple):
    """A check on a node: trackers with the same kind and name are one check there."""

    node: str
    kind: str
    name: str


class Check(NamedTuple):
    """One thing that a router tracks.

    `kind`: "script", "process", "file", "interface", "bfd". `weight` and `reverse` are those that keepalived uses for
    this router. `subject` is what it tests and `about` which one (an interface's name, a node's); `assumed`: what it
    does is not shown by the files, and it is assumed to check haproxy. `unknown`: why it may as well test `otherwise`,
    "" if it is certain enough: outcomes that depend on it are unknown. `trip`: from the failure to the moment when
    keepalived counts it as failed; `recover`: the same for the recovery.
    """

    key: CheckKey
    weight: int
    reverse: bool = False
    subject: Subject = Subject.OTHER
    about: str = ""
    assumed: bool = False
    unknown: str = ""
    otherwise: Subject = Subject.OTHER
    trip: Seconds = AT_ONCE
    recover: Seconds = AT_ONCE

    @property
    def kind(self) -> str:
        """The kind of tracker."""
        return self.key.kind


class Router(NamedTuple):
    """One vrrp_instance of one node, as keepalived runs it.

    `advert` is advert_int in seconds, `missed` the adverts that may be missed. `source`: the address that it sends from
    and listens on, None if it is not known. `segment`: routers with the same number are on one network segment.
    `elsewhere`: further interfaces that must be up because a VIP is on them. `sync`: the name of its sync group on the
    node, "" without one. `refused`: why keepalived does not run the file, "" if it does. `has_haproxy`: whether the
    node's files show that haproxy runs there. `needs_address`: whether it does not run without a usable VIP.
    `homeless`: the machine does not have the address that it sends from. `behaviour`: what depends on the release.
    `restarted`: whether the service manager starts a keepalived that was killed again.
    """

    node: str
    instance: str
    interface: str
    vrid: int
    family: int
    version: int
    priority: int
    advert: float
    missed: int = 3
    source: IPAddress | None = None
    unicast: bool = False
    peers: frozenset[IPAddress] = frozenset()
    multicast_group: str = ""
    segment: int = 0
    authentication: tuple[str, bytes] = ("none", b"")
    vips: frozenset[IPAddress] = frozenset()
    excluded: frozenset[IPAddress] = frozenset()
    elsewhere: tuple[str, ...] = ()
    nopreempt: bool = False
    preempt_delay: float = 0.0
    startup_delay: float = 0.0
    starts_as_master: bool = False
    checks: tuple[Check, ...] = ()
    sync: str = ""
    checks_source: bool = False
    silent_to_lower: bool = False
    tracks_link: bool = True
    refused: str = ""
    has_haproxy: bool = True
    needs_address: bool = True
    restarted: bool = False
    homeless: bool = False
    behaviour: Behaviour = EARLIER
    member: Member | None = None

    def __repr__(self) -> str:
        return f"Router({self.node!r}, {self.instance!r})"  # never the password

    @property
    def owner(self) -> bool:
        """Whether it is the address owner (priority 255), which no weight changes."""
        return self.priority == 255

    @property
    def is_master_at_once(self) -> bool:
        """Whether it becomes master when it starts, without listening first."""
        return self.owner and self.starts_as_master

    def skew(self, priority: int, advert: float) -> float:
        """Seconds by which a lower priority waits longer (RFC 5798 section 6.1, RFC 3768); `advert` is the master's."""
        return (advert if self.version == 3 else 1.0) * (256 - priority) / 256

    def down_interval(self, priority: int, advert: float) -> float:
        """Seconds without an advert after which a backup takes over.

        `advert`: the interval of the master that was heard; version 2 uses its own instead, as it accepts no other.
        """
        interval = advert if self.version == 3 else self.advert
        return self.missed * interval + self.skew(priority, advert)


class Situation(NamedTuple):
    """What is broken at one moment; if everything is empty, nothing is.

    `down`: nodes on which no keepalived runs. `hung`: its processes are stopped, but keep what they had. `links`:
    interfaces without link, as (node, interface). `bad`: checks that fail. `numbers`: the number in a tracked file if
    it is not 0. `parts`: the nodes that reach each other, if the network is cut. `deaf`: nodes that send but hear
    nothing.
    """

    down: frozenset[str] = frozenset()
    hung: frozenset[str] = frozenset()
    links: frozenset[tuple[str, str]] = frozenset()
    bad: frozenset[CheckKey] = frozenset()
    numbers: tuple[tuple[CheckKey, int], ...] = ()
    parts: tuple[frozenset[str], ...] = ()
    deaf: frozenset[str] = frozenset()
