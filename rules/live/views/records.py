"""The records to set, as printed in helps: never the VIP's before the VIP serves the API under the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.live.observations import Contact
from rules.live.views.wording import probe_words, record
from rules.plan.model import Phase
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Probe
    from rules.live.views.view import LiveView


def initial_record(view: LiveView) -> str:
    """The record that points to the initial master, in quotes; with a placeholder if its address is not known."""
    nodes = view.expected(Phase.BOOTSTRAP)
    if len(nodes) == 1:
        return f"'{record(view.name, nodes[0].address)}'"
    return f"'{view.name}. 60 IN A ADDRESS' with the address of the initial master"


def vip_records(view: LiveView) -> str:
    """The records that point to the VIP, one per family, in quotes. Only for a view whose VIP is ready."""
    return listed(f"'{record(view.name, vip.address)}'" for vip in view.endpoint.vips)


def wanted_record(view: LiveView) -> str:
    """The record that the name should have now: the VIP's in the cutover phase once the VIP serves the API, else the
    initial master's.
    """
    if cutting_over(view):
        return vip_records(view) if view.vip_ready else f"{initial_record(view)} until the VIP answers"
    return initial_record(view)


def cutting_over(view: LiveView) -> bool:
    """Whether the plan's phase is cutover (the phase that was set, not one that was observed)."""
    return view.endpoint.phase is not None and view.endpoint.phase.value is Phase.CUTOVER


def unready(view: LiveView, target: Target) -> Probe | None:
    """The probe that shows that a VIP does not serve the API under the name; None if it does or that is not known.

    The API's own answer does not matter: a certificate for the name proves that the VIP works. If the initial master's
    own certificate lacks the name as well, that is not the VIP's fault (K8003).
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
    """What the VIPs that are not ready answer: `VIP 192.0.2.10: connection refused`; "" if they were not queried."""
    waiting = [vip for vip in view.endpoint.vips if not view.serves_name(vip)]
    return listed(f"{vip.label}: {probe_words(probe)}" for vip in waiting if (probe := view.probe(vip)) is not None)
