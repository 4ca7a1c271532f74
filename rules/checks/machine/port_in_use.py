"""HO009: another program listens where haproxy is to listen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import socket_name

if TYPE_CHECKING:
    from parsers.facts.haproxy.bind import BindAddress
    from rules.live.machine.observed import ListeningSocket
    from rules.live.views.machine import MachineView

_OURS = ("haproxy",)


@rule("HO009", "port-in-use", Severity.ERROR, Scope.MACHINE, needs=("sockets", "processes"))
def check(view: MachineView) -> Iterator[Hit]:
    """Another program of this machine listens on a port that haproxy binds.

    Why it hurts: haproxy does not start ("cannot bind socket (Address already in use)"): its check fails, and the node
    never gets the VIP. The usual cause is the API server of a control-plane node, which listens on port 6443 of every
    address.

    How to fix: another port for haproxy (8443, with `--control-plane-endpoint` to match), an API server that listens on
    this node's own address only, or an end to the other program.

    Silent when: haproxy itself has the port; the addresses are different; which program it is can't be seen (that needs
    root) while haproxy runs; the port is a range or depends on a variable.
    """
    running = view.seen.runs("haproxy")
    told: set[int] = set()
    for frontend in view.node.haproxy.frontends if view.node.haproxy else ():
        for bind in frontend.binds if not frontend.disabled else ():
            for address in bind.addresses:
                port = address.port_start
                if not address.certain or port is None or port != address.port_end or port in told:
                    continue
                other = next((one for one in view.seen.listeners if _clash(view, address, one)), None)
                # Without a name it may be haproxy's own.
                if other is not None and other.process not in _OURS and (other.process or not running):
                    told.add(port)
                    yield _hit(address, other, port)


def _clash(view: MachineView, bind: BindAddress, listener: ListeningSocket) -> bool:
    """Whether both can't have the port at once."""
    if listener.port != bind.port_start or (bind.address is None and not bind.is_wildcard):
        return False
    family = bind.family or 4
    if listener.address is not None:
        return (bind.is_wildcard and listener.address.version == family) or bind.address == listener.address
    if listener.family == family:
        return True
    # An IPv6 socket takes IPv4 too, unless it has a twin for IPv4.
    alone = not any(
        other.family == 4 and other.port == listener.port and other.address is None for other in view.seen.listeners
    )
    return listener.both and family == 4 and alone


def _hit(address: BindAddress, other: ListeningSocket, port: int) -> Hit:
    who = f"'{other.process}'" if other.process else "a program that is not haproxy"
    where = socket_name(other.address, port) if other.address is not None else f"port {port} of every address"
    kube = other.process in ("kube-apiserver", "k3s-server", "k3s", "rke2")
    return Hit(
        address.span,
        f"{who} listens on {where} of this machine: haproxy can't bind '{address.raw}' and does not start"
        if other.address is not None
        else f"{who} listens on {where} on this machine: haproxy can't bind '{address.raw}' and does not start",
        help="give haproxy another port, such as 8443, and the endpoint too"
        if kube
        else f"'ss -ltnp sport = :{port}' shows the program; stop it, or give haproxy another port",
    )
