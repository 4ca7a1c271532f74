"""HO002: another machine has the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.wording import names_of, probe_words

if TYPE_CHECKING:
    from rules.live.observations import Probe
    from rules.live.views.view import LiveView


def _shown(probe: Probe) -> str:
    """What answers, as the rest of a sentence."""
    if probe.certificate is None:
        return probe_words(probe)
    issuer = probe.certificate.issuer or "an unnamed CA"
    return f"a certificate for {names_of(probe.certificate, 3)}, issued by {issuer}"


@rule("HO002", "vip-already-in-use", Severity.ERROR, Scope.HOST, needs=("network", "endpoint", "vip"))
def check(view: LiveView) -> Iterator[Hit]:
    """Something that is not this cluster answers on the VIP.

    Why it hurts: as soon as keepalived puts the address on a load balancer, two machines have it. Which one a client
    gets depends on its ARP cache: the API comes and goes, and so does whatever the other machine serves.

    How to fix: remove the address from the other machine, or give the cluster a VIP that no machine has; reserve it
    (IPAM, outside the DHCP range). `arping` on a load balancer shows the other machine's MAC address.

    Silent when: nothing accepts a connection there, which proves nothing (a firewall, or the cluster's own pair with
    haproxy stopped); this machine holds the VIP itself; a load balancer accepts connections on its own address, since
    then the pair may be up (HO011 checks what it serves); what answers has a certificate for the endpoint's name, or
    from the same CA as a control-plane node's; what answers has no readable certificate and no load balancer could be
    queried at its own address (haproxy that listens on the VIP only), or it closes or hangs, as haproxy without a
    healthy server does, and the phase is not bootstrap.
    """
    for vip in view.endpoint.vips:
        probe = view.probe(vip)
        if probe is None or not view.taken(vip):
            continue
        neighbour = (
            f"'ip neigh show {vip.address}'"
            if vip.address.version == 6
            else f"'arping -c 3 -I INTERFACE {vip.address}'"
        )
        yield Hit(
            vip.span,
            f"something that is not this cluster answers on the {vip.label} port {vip.port}: {_shown(probe)}; "
            "once keepalived starts, two machines have the address",
            help=f"{neighbour} on a load balancer shows the machine's MAC address: free the address there, "
            "or choose another VIP (if it is your own haproxy, check its servers)",
            related=vip.related("the same VIP"),
            node=vip.node,
        )
