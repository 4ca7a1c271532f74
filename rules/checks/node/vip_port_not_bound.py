"""XN201: nothing listens on the virtual address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import BindAddress, HaproxyConfig, Proxy
    from parsers.facts.keepalived import KeepalivedConfig, VirtualAddress
    from rules.fleet.node import Node


@rule("XN201", "vip-port-not-bound", Severity.ERROR, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """No virtual address that keepalived moves to this node is one that haproxy listens on.

    Why it hurts: clients connect to the VIP and are refused, because the frontend is bound only to the loopback address
    or to the node's own address. Both daemons accept their files.

    How to fix: `bind *:6443`; or bind the VIP itself, with `net.ipv4.ip_nonlocal_bind=1` on every node.

    Silent when: one of the VIPs is covered, an address depends on a variable or a name, no frontend is in mode tcp or
    serves the Kubernetes API, or keepalived itself does the load balancing (`virtual_server`).
    """
    haproxy, keepalived = node.haproxy, node.keepalived
    if haproxy is None or keepalived is None or not (haproxy.complete and keepalived.complete):
        return
    vips = _vips(keepalived)
    frontends = _frontends(haproxy)
    addresses = [address for frontend in frontends for bind in frontend.binds for address in bind.addresses]
    if not vips or not addresses or any(not _is_known(address) for address in addresses):
        return
    if any(_covers(address, vip) for address in addresses for vip in vips):
        return
    first = addresses[0]
    names = listed(str(vip.address) for vip in vips)
    bound = listed(dict.fromkeys(f"'{address.raw}'" for address in addresses))
    yield Hit(
        first.span,
        f"no bind line covers the VIP {names}: {listed(f.label for f in frontends)} {_listens(frontends)} on {bound} "
        "only, so clients of the VIP are refused",
        help=f"write 'bind *:{first.port_start}'",
        note="not the VIP",
        related=[
            *(Related(address.span, "nor this one") for address in addresses[1:4]),
            *(Related(vip.span, "the VIP") for vip in vips[:3]),
        ],
    )


def _vips(config: KeepalivedConfig) -> list[VirtualAddress]:
    """The virtual addresses; none if one of them is not known, or if keepalived uses them for something else."""
    if any(block.keyword.startswith("virtual_server") for block in config.document.children):
        return []
    vips = [vip for instance in config.instances for vip in (*instance.vips, *instance.excluded_vips)]
    return vips if all(vip.certain and vip.address is not None for vip in vips) else []


def _frontends(config: HaproxyConfig) -> list[Proxy]:
    """The frontends of the Kubernetes API; without any, all frontends if one of them is in mode tcp."""
    api = {id(frontend): frontend for proxy in api_proxies(config) for frontend in proxy.frontends}
    if api:
        return list(api.values())
    listening = [frontend for frontend in config.frontends if frontend.binds and not frontend.disabled]
    return listening if any(frontend.effective_mode == "tcp" for frontend in listening) else []


def _is_known(address: BindAddress) -> bool:
    if address.kind != "ip":
        return True
    return address.certain and (address.is_wildcard or address.address is not None or address.host == "localhost")


def _covers(address: BindAddress, vip: VirtualAddress) -> bool:
    if vip.address is None:
        return False
    if address.is_wildcard:
        # `::` accepts IPv4 too, unless an option says otherwise.
        return address.family in (None, 6) or vip.address.version == 4
    return address.address == vip.address


def _listens(frontends: Sequence[Proxy]) -> str:
    return "listens" if len(frontends) == 1 else "listen"
