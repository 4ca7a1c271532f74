"""What a live run reports besides its findings: where it ran, and where the name points."""

from __future__ import annotations

from collections.abc import Iterator

from rules.fleet.fleet import Fleet
from rules.live.endpoint import Endpoint
from rules.live.observations import Observations
from rules.live.views.view import LiveView
from rules.live.views.wording import addresses, asked_from


def nodes_here(view: LiveView) -> tuple[str, ...]:
    """The names of the cluster's machines that this one is, and the VIPs that it holds right now."""
    held = [vip.label for vip in view.endpoint.vips if vip.address in view.observed.vantage.local]
    return (*view.here, *(f"holds the {label} now" if view.here else f"the holder of the {label}" for label in held))


def notes(endpoint: Endpoint, observed: Observations, fleet: Fleet) -> Iterator[str]:
    """Lines for stderr, each a sentence without a full stop."""
    view = LiveView(endpoint, observed, fleet)
    yield asked_from(observed.vantage, nodes_here(view))
    if view.found_phase is not None:
        shown = next(reply for reply in view.resolving)
        roles = dict.fromkeys(role for address in shown.addresses if (role := view.role_of(address)))
        yield (
            f"DNS is in the {view.found_phase} phase: {view.name} points to {' and '.join(roles)} "
            f"({addresses(shown.addresses)})"
        )
    for target in endpoint.not_queried:
        yield f"haproxy of {target.name} does not listen on {target.socket}, so {target.name} itself is not queried"
    yield from endpoint.notes
    yield from view.dns.notes
