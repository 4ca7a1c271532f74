"""HO003: haproxy binds a VIP, and the kernel of this machine does not allow it while another node has the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy.bind import BindAddress
    from rules.live.machine.observed import IPAddress
    from rules.live.views.machine import MachineView


@rule("HO003", "ip-nonlocal-bind", Severity.WARNING, Scope.MACHINE, needs=("sysctls",))
def check(view: MachineView) -> Iterator[Hit]:
    """The VIP itself is bound by haproxy, and net.ipv4.ip_nonlocal_bind (or IPv6's) is 0 on this machine.

    Why it hurts: while another node has the VIP, haproxy does not start here ("Cannot assign requested address"):
    after a reboot, or a reload, the standby has no haproxy, its check fails, and the VIP can't move there. Where the
    setting is 1 but no file sets it, the same happens after the next reboot (an info).

    How to fix: bind `*:6443` instead, or write `net.ipv4.ip_nonlocal_bind = 1` to a file in /etc/sysctl.d and load it
    with `sysctl --system`.

    Silent when: the `bind` line has `transparent`, or the address is no VIP of this node.
    """
    vips = {vip.address for vip in view.vips}
    told: set[int] = set()
    for address, bound in _bound(view):
        name = f"net.ipv{address.version}.ip_nonlocal_bind"
        value = view.seen.sysctls.get(name)
        if address not in vips or value is None or address.version in told:
            continue
        told.add(address.version)
        if value == "0":
            yield Hit(
                bound.span,
                f"haproxy binds the VIP {address}, and {name} is 0 on this machine: it does not start while another "
                "node has the VIP",
                help=f"write '{name} = 1' to /etc/sysctl.d/90-halb.conf and run 'sysctl --system'",
            )
        elif view.seen.lasting.get(name, "0") == "0":
            yield Hit(
                bound.span,
                f"haproxy binds the VIP {address}, and {name} is {value} on this machine, but no file in "
                "/etc/sysctl.d sets it: after a reboot haproxy does not start while another node has the VIP",
                help=f"write '{name} = 1' to /etc/sysctl.d/90-halb.conf",
                severity=Severity.INFO,
            )


def _bound(view: MachineView) -> Iterator[tuple[IPAddress, BindAddress]]:
    for frontend in view.node.haproxy.frontends if view.node.haproxy else ():
        for bind in frontend.binds if not frontend.disabled else ():
            if bind.option("transparent") is None:
                yield from ((a.address, a) for a in bind.addresses if a.certain and a.address is not None)
