"""XN201: nothing listens on the virtual address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import Bind, BindAddress, HaproxyConfig, Proxy
    from parsers.facts.keepalived import KeepalivedConfig, VirtualAddress
    from rules.fleet.node import Node


@rule("XN201", "vip-port-not-bound", Severity.ERROR, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """No virtual address of one family that keepalived moves to this node is one that haproxy listens on.

    Why it hurts: clients connect to the VIP and are refused, because the frontend is bound only to the loopback address
    or to the node's own address, or because `*` is every IPv4 address and the VIP is IPv6 (measured with haproxy
    2.6.12). Both daemons accept their files.

    How to fix: `bind *:6443` for IPv4 only, `bind :::6443 v4v6` as soon as a VIP is IPv6; or bind the VIP itself, with
    `net.ipv4.ip_nonlocal_bind=1` (`net.ipv6...`) on every node.

    Silent when: a VIP of each family is covered, an address depends on a variable or a name, no frontend is in mode tcp
    or serves the Kubernetes API, or keepalived itself does the load balancing (`virtual_server`). An address that
    keepalived skips is KA023's.
    """
    haproxy, keepalived = node.haproxy, node.keepalived
    if haproxy is None or keepalived is None or not (haproxy.complete and keepalived.complete):
        return
    vips = _vips(keepalived)
    frontends = _frontends(haproxy)
    bound = [(bind, address) for frontend in frontends for bind in frontend.binds for address in bind.addresses]
    if not vips or not bound or any(not _is_known(address) for _, address in bound):
        return
    covered = {vip.family for vip in vips if any(_covers(bind, address, vip) for bind, address in bound)}
    missed = [vip for vip in vips if vip.family not in covered]
    if missed:
        yield _hit(frontends, bound, vips, missed)


def _hit(
    frontends: Sequence[Proxy],
    bound: Sequence[tuple[Bind, BindAddress]],
    vips: Sequence[VirtualAddress],
    missed: Sequence[VirtualAddress],
) -> Hit:
    # The line to change is the one that serves the other family, if there is one: two lines would share the port.
    bind, first = next((b for b in bound if any(_covers(*b, vip) for vip in vips)), bound[0])
    names = listed(str(vip.address) for vip in missed)
    on = listed(dict.fromkeys(f"'{a.raw}{' v6only' if _is_only_ipv6(bind) else ''}'" for bind, a in bound))
    ipv6 = any(vip.family == 6 for vip in vips) or any(address.family == 6 for _, address in bound)
    wildcard = f":::{first.port_start} v4v6" if ipv6 else f"*:{first.port_start}"
    others = [address for _, address in bound if address is not first]
    return Hit(
        first.span,
        f"no bind line covers the VIP {names}: {listed(f.label for f in frontends)} {_listens(frontends)} on {on} "
        "only, so clients of the VIP are refused",
        help=f"write 'bind {wildcard}'",
        note="not the VIP",
        fix=partial(_fix, bind, first, wildcard),
        related=[
            *(Related(address.span, "nor this one") for address in others[:3]),
            *(Related(vip.span, "the VIP") for vip in missed[:3]),
        ],
    )


def _fix(bind: Bind, address: BindAddress, wildcard: str) -> Fix | None:
    """Not where other options of the line say which family it is, or other addresses are on it."""
    if len(bind.addresses) > 1 or bind.option("v4v6") or bind.option("v6only") or not bind.certain:
        return None
    return Fix.write(address.span, wildcard, f"write 'bind {wildcard}'", safe=False)


def _vips(config: KeepalivedConfig) -> list[VirtualAddress]:
    """The virtual addresses; none if one of them is not known, or if keepalived uses them for something else."""
    if any(block.keyword.startswith("virtual_server") for block in config.document.children):
        return []
    vips = [vip for instance in config.instances for vip in (*instance.vips, *instance.excluded_vips)]
    if not all(vip.certain and vip.address is not None for vip in vips):
        return []
    skipped = {vip for each in config.instances for vip in each.vips if each.family not in (None, vip.family)}
    return [vip for vip in vips if vip not in skipped]


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


def _covers(bind: Bind, address: BindAddress, vip: VirtualAddress) -> bool:
    if vip.address is None:
        return False
    if address.is_wildcard:
        # `::` accepts IPv4 too, unless an option says otherwise.
        return vip.family == 6 if _is_only_ipv6(bind) else address.family in (None, 6) or vip.family == 4
    return address.address == vip.address


def _is_only_ipv6(bind: Bind) -> bool:
    """Whether `::` leaves IPv4 out; `v6only` wins over `v4v6` on the same line (measured with 2.6.12)."""
    return bind.option("v6only") is not None


def _listens(frontends: Sequence[Proxy]) -> str:
    return "listens" if len(frontends) == 1 else "listen"
