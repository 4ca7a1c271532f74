"""Who answers at an address and port that a check asks: haproxy, another program, or another machine."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.support.commands.probes import host_of, is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.facts.haproxy import HaproxyConfig
    from parsers.facts.keepalived import KeepalivedConfig

_MOST_PORTS = 1 << 16


class Answerer:
    """Who answers, as plain text. `VIP`: haproxy on the node that has the VIP; `OTHER`: not this node's haproxy."""

    HAPROXY = "haproxy"
    VIP = "vip"
    OTHER = "other"
    UNKNOWN = "unknown"


class Bound(NamedTuple):
    """Ports that haproxy listens on. `host`: the address, "*" for every one, "" for the loopback addresses."""

    host: str
    first: int
    last: int


class Surroundings(NamedTuple):
    """What is known about a node. `complete`: `bound` is all that haproxy listens on.

    `own`, `vips`, `peers`, `servers`: addresses as text, of the node, of keepalived, of the other nodes, and of what
    haproxy sends connections to; `endpoints` are the last with their ports. `keeps_links`: keepalived runs scripts by
    the path that is written (`use_symlink_paths`, from 2.3.0).
    """

    bound: tuple[Bound, ...] = ()
    complete: bool = False
    own: frozenset[str] = frozenset()
    vips: frozenset[str] = frozenset()
    peers: frozenset[str] = frozenset()
    servers: frozenset[str] = frozenset()
    endpoints: frozenset[tuple[str, int | None]] = frozenset()
    keeps_links: bool = False

    @classmethod
    @lru_cache(maxsize=8)  # asked for each instance
    def of(cls, config: KeepalivedConfig, haproxy: HaproxyConfig | None) -> Surroundings:
        """What the files of a node show."""
        own: set[str] = set()
        vips: set[str] = set()
        peers: set[str] = set()
        for instance in config.instances:
            sources = (instance.unicast_src_ip, instance.mcast_src_ip)
            own.update(str(source.value) for source in sources if source is not None and source.value is not None)
            vips.update(
                str(vip.address) for vip in (*instance.vips, *instance.excluded_vips) if vip.address is not None
            )
            peers.update(str(peer.address) for peer in instance.unicast_peers if peer.address is not None)
        keeps = keeps_links(config)
        around = cls(own=frozenset(own), vips=frozenset(vips), peers=frozenset(peers - own), keeps_links=keeps)
        if haproxy is None:
            return around
        addresses = [a for proxy in haproxy.proxies for bind in proxy.binds for a in bind.addresses]
        complete = haproxy.complete and all(
            a.certain and (a.kind != "ip" or a.port_start is not None) for a in addresses
        )
        servers = [s for proxy in haproxy.proxies for s in proxy.servers if s.address is not None]
        return around._replace(
            bound=tuple(_bound(haproxy)),
            complete=complete,
            servers=frozenset(str(server.address) for server in servers),
            endpoints=frozenset((host_of(str(server.address)), server.port) for server in servers),
        )

    def place(self, host: str, port: int) -> str:
        """Who answers at a host ("" is this machine) and port: one of Answerer."""
        covered = self.covers(host, port)
        if host in self.vips:
            return Answerer.OTHER if self.complete and not covered else Answerer.VIP
        local = self.is_local(host)
        if not local and (host in self.servers or host in self.peers):
            return Answerer.OTHER
        if not local and not is_address(host):
            return Answerer.UNKNOWN
        if covered:
            return Answerer.HAPROXY
        return Answerer.OTHER if self.complete else Answerer.UNKNOWN

    def is_local(self, host: str) -> bool:
        """Whether a host ("" is this machine) is the node itself."""
        return not host or host in self.own

    def has_server(self, port: int) -> bool:
        """Whether haproxy sends connections to this port of its own machine, as beside an API server."""
        return any(at == port and self.is_local(host) for host, at in self.endpoints)

    def covers(self, host: str, port: int) -> bool:
        """Whether haproxy listens there."""
        return any(b.first <= port <= b.last and (b.host in ("*", host)) for b in self.bound)

    @property
    def listening(self) -> list[str]:
        """What messages say that haproxy binds: ports, with the address unless it is every one."""
        hosts = {"*": "", "": "127.0.0.1:"}
        return list(dict.fromkeys(f"{hosts.get(b.host, f'{b.host}:')}{b.first}" for b in self.bound))

    @property
    def ports(self) -> list[int]:
        """The ports that haproxy listens on, in the order of the file; of a range, the first."""
        return list(dict.fromkeys(bound.first for bound in self.bound))


def keeps_links(config: KeepalivedConfig) -> bool:
    """Whether `use_symlink_paths` is on, or may be."""
    setting = config.global_defs.get("use_symlink_paths")
    return setting is not None and setting.value not in ("off", "no", "false")


def _bound(haproxy: HaproxyConfig) -> Iterator[Bound]:
    for proxy in haproxy.proxies:
        if proxy.disabled:
            continue
        for bind in proxy.binds:
            for address in bind.addresses:
                if address.kind != "ip" or address.port_start is None:
                    continue
                last = min(address.port_end or address.port_start, _MOST_PORTS)
                if address.is_wildcard:
                    yield Bound("*", address.port_start, last)
                elif address.address is not None:
                    loopback = address.address.is_loopback
                    yield Bound("" if loopback else str(address.address), address.port_start, last)
                elif address.host == "localhost":
                    yield Bound("", address.port_start, last)
