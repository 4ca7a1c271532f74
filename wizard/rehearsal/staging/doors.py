"""Where clients come in: each VIP with a port that the load balancers listen on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, NamedTuple

from rules.support import api_proxies
from rules.text import listed
from wizard.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from rules.fleet import Node

IPAddress = IPv4Address | IPv6Address


class Door(NamedTuple):
    """A VIP and a port there. `tls`: whether clients speak TLS; `segment`: the segment that the VIP is in."""

    vip: IPAddress
    port: int
    tls: bool
    segment: int

    def __str__(self) -> str:
        return f"[{self.vip}]:{self.port}" if self.vip.version == 6 else f"{self.vip}:{self.port}"


def doors_of(nodes: Sequence[Node], vips: Mapping[IPAddress, int], notes: list[str]) -> tuple[Door, ...]:
    """A door for each VIP: the first port there, that of the Kubernetes API if there is one."""
    found = []
    for vip, segment in vips.items():
        ports = [port for node in nodes if node.haproxy is not None for port in _ports(node.haproxy, vip)]
        if ports:
            found.append(Door(vip, *ports[0], segment))
        else:
            notes.append(f"no haproxy listens on VIP {vip}: nobody asks there")
    if not found:
        addresses = listed([str(vip) for vip in vips], "or")
        raise RehearsalError(
            f"no haproxy.cfg has a frontend that listens on a VIP ({addresses}), so there is nothing to ask; "
            "'halb-lint' with the same folders says what is wrong"
        )
    return tuple(found)


def _ports(config: HaproxyConfig, vip: IPAddress) -> Iterator[tuple[int, bool]]:
    """The ports on which a haproxy serves clients of a VIP, the API's first; each with whether they speak TLS."""
    api = [frontend for proxy in api_proxies(config) for frontend in proxy.frontends]
    others = [frontend for backend in config.backends if any(backend.servers) for frontend in config.feeders(backend)]
    for frontend in dict.fromkeys([*api, *others]):
        for bind in frontend.binds if not frontend.disabled else ():
            for address in bind.addresses:
                if address.port_start is None or not (address.is_wildcard or address.address == vip):
                    continue
                yield address.port_start, _speaks_tls(frontend, tls_here=bind.ssl)


def _speaks_tls(frontend: Proxy, *, tls_here: bool) -> bool:
    """Whether clients speak TLS: haproxy does, or it passes on what they say (the servers understand both)."""
    return tls_here or frontend.effective_mode == "tcp"
