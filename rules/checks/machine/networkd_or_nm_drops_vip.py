"""HO006: systemd-networkd removes the VIP from an interface that it manages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from rules.live.views.machine import MachineView

_KEEPS = ("yes", "true", "on", "1", "static")


@rule("HO006", "networkd-or-nm-drops-vip", Severity.WARNING, Scope.MACHINE, needs=("interfaces", "networkd"))
def check(view: MachineView) -> Iterator[Hit]:
    """systemd-networkd manages the VIP's interface, and does not keep addresses that others have set.

    Why it hurts: when systemd-networkd starts or configures the interface anew (an update of systemd, `netplan apply`,
    `networkctl reconfigure`) it removes the addresses that are not in its own files, the VIP among them
    (systemd.network(5), KeepConfiguration). The endpoint is gone until keepalived has noticed.

    How to fix: `KeepConfiguration=static` in the section [Network] of a drop-in for the interface's .network file, then
    `networkctl reload`. With netplan too: it has no key for it, and drop-ins for its files in /run are read from /etc.

    Silent when: another program manages the interface. NetworkManager leaves alone what others have set while a
    connection is up.
    """
    told: set[str] = set()
    for vip in view.vips:
        nic = view.nic(vip.interface)
        managed = next((one for one in view.seen.managed if nic is not None and one.interface == nic.name), None)
        if managed is None or managed.keep in _KEEPS or managed.interface in told or vip.interface is None:
            continue
        told.add(managed.interface)
        name = managed.file.rpartition("/")[2]
        has = f"'KeepConfiguration={managed.keep}'" if managed.keep else "no KeepConfiguration"
        yield Hit(
            vip.interface.span,
            f"systemd-networkd manages '{managed.interface}' with {has} ({managed.file}): when it starts or "
            f"configures it anew, it removes the VIP {vip.address}",
            help="write '[Network]' and 'KeepConfiguration=static' to "
            f"/etc/systemd/network/{name}.d/keep-vip.conf and run 'networkctl reload'",
        )
