"""XN202: haproxy binds an address that the node has only some of the time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.grammar.haproxy_addresses import read_address
from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.removed import header_address

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.grammar.common import IPAddress
    from parsers.source import Span
    from rules.fleet.node import Node


@rule("XN202", "bind-vip-needs-nonlocal", Severity.WARNING, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """The VIP itself is bound by haproxy, but the node holds it only while it is master.

    Why it hurts: on a node without the VIP haproxy does not start ("Cannot assign requested address") unless the kernel
    allows it; `haproxy -c` accepts the file (measured with 2.6.12). The check of haproxy then fails on the backup, and
    the VIP can never move there.

    How to fix: `bind *:6443` (`:::6443 v4v6` for IPv6), or `net.ipv4.ip_nonlocal_bind = 1`
    (`net.ipv6.ip_nonlocal_bind`) in /etc/sysctl.d/ on every node, or `transparent` after the address. The files do not
    show whether the sysctl is set: if it is, suppress the finding with an ignore comment.

    Silent when: the line has `transparent`, or the address depends on a variable.
    """
    if node.haproxy is None or node.keepalived is None:
        return
    vips = {
        vip.address: vip
        for instance in node.keepalived.instances
        for vip in (*instance.vips, *instance.excluded_vips)
        if vip.certain and vip.address is not None
    }
    places = [(address, span) for address, span in _bound(node.haproxy) if address in vips]
    if not places:
        return
    first, span = places[0]
    setting = f"net.ipv{first.version}.ip_nonlocal_bind"
    yield Hit(
        span,
        f"haproxy binds the VIP {first} itself: while another node holds it, haproxy does not start here unless "
        f"{setting} is 1",
        help=f"write '{_wildcard(first, span)}' instead of '{span.text}', or set '{setting} = 1' in "
        "/etc/sysctl.d on every node",
        note="held by one node at a time",
        fix=partial(_fix, places),
        related=[
            *(Related(other, "this one too") for _, other in places[1:]),
            *(Related(vips[address].span, "the VIP") for address in dict.fromkeys(a for a, _ in places)),
        ],
    )


def _wildcard(address: IPAddress, span: Span) -> str:
    """Every address with the same port; the option for both families has no place between several addresses."""
    port = span.text.partition(",")[0].rpartition(":")[2]
    if address.version == 4:
        return f"*:{port}"
    alone = span.source.text[span.start - 1 : span.start] != "," and span.source.text[span.end : span.end + 1] != ","
    return f":::{port} v4v6" if alone else f":::{port}"


def _fix(places: list[tuple[IPAddress, Span]]) -> Fix:
    steps = tuple(("write", span, _wildcard(address, span)) for address, span in places)
    return Fix(f"write '{steps[0][2]}'", steps, safe=False)


def _bound(config: HaproxyConfig) -> Iterator[tuple[IPAddress, Span]]:
    """The IP addresses that must exist when haproxy starts."""
    for frontend in config.frontends:
        if frontend.disabled:
            continue
        for bind in frontend.binds:
            if bind.option("transparent") is not None:
                continue
            for address in bind.addresses:
                if address.certain and address.address is not None:
                    yield address.address, address.span
        old = header_address(frontend.section)
        if old is not None:
            ip = read_address(old.value.partition(",")[0]).ip
            if ip is not None:
                yield ip, old.span
