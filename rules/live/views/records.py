"""The records to set, as helps print them: never the VIP's before the VIP serves the API under the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.live.observations import Contact
from rules.live.views.wording import met, record
from rules.plan.model import Phase
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Probe
    from rules.live.views.view import LiveView


def initial_record(view: LiveView) -> str:
    """The record that leads to the initial master, in quotes; with a gap where its address is not known."""
    nodes = view.expected(Phase.BOOTSTRAP)
    if len(nodes) == 1:
        return f"'{record(view.name, nodes[0].address)}'"
    return f"'{view.name}. 60 IN A ADDRESS' with the address of the initial master"


def vip_records(view: LiveView) -> str:
    """The records that lead to the VIP, one per family, in quotes. Only for a view whose VIP is ready."""
    return listed(f"'{record(view.name, vip.address)}'" for vip in view.endpoint.vips)


def wanted_record(view: LiveView) -> str:
    """The record that the name should have now: the VIP's in the cutover phase once the VIP serves, else the initial
    master's.
    """
    if cutting_over(view):
        return vip_records(view) if view.vip_ready else f"{initial_record(view)} until the VIP answers"
    return initial_record(view)


def cutting_over(view: LiveView) -> bool:
    """Whether the plan says that the name leads to the VIP (the phase that was set, not one that was seen)."""
    return view.endpoint.phase is not None and view.endpoint.phase.value is Phase.CUTOVER


def unready(view: LiveView, target: Target) -> Probe | None:
    """The probe that shows that a VIP does not serve the API under the name; None when it does or nobody knows.

    What the API behind it answers is no matter: a certificate for the name proves the way through the VIP.
    A name that the initial master's own certificate lacks as well is no fault of the VIP (K8003).
    """
    probe = view.probe(target)
    if probe is None:
        return None
    if probe.certificate is None:
        return None if probe.contact in (Contact.TLS, Contact.HTTP) else probe  # its certificate can't be read
    if probe.certificate.covers_name(view.name):
        return None
    nodes = [own.certificate for node in view.endpoint.control_plane if (own := view.probe(node))]
    lacking = any(own is not None and not own.covers_name(view.name) for own in nodes)
    return None if lacking else probe


def state_of_vip(view: LiveView) -> str:
    """What the VIPs that are not ready answer: `VIP 192.0.2.10: connection refused`; "" when they were not asked."""
    waiting = [vip for vip in view.endpoint.vips if not view.serves_name(vip)]
    return listed(f"{vip.label}: {met(probe)}" for vip in waiting if (probe := view.probe(vip)) is not None)
