"""K8005: a kubeadm that needs load balancers which can't be ready yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.live.views.accounts import name_span
from rules.live.views.destination import leads
from rules.live.views.records import initial_record

if TYPE_CHECKING:
    from rules.live.views.view import LiveView

# The releases before the report of 17 March 2026 (kubernetes/kubeadm#3294); later ones may have the correction.
_AFFECTED = {34: range(2, 6), 35: range(3), 36: range(1)}
_VERSION = r"v?1\.([0-9]{1,3})\.([0-9]{1,3})"


@rule(
    "K8005",
    "kubeadm-init-through-unready-lb",
    Severity.WARNING,
    Scope.KUBERNETES,
    needs=("network", "endpoint", "control-plane", "kubeadm"),
)
def check(view: LiveView) -> Iterator[Hit]:
    """`kubeadm init` of this release goes through load balancers whose servers are not up yet.

    Why it hurts: kubeadm 1.34.2 to 1.34.5, 1.35.0 to 1.35.2 and 1.36.0 wait for the API server of their own machine,
    and then talk to the endpoint at once, when haproxy has not yet seen that the server is up: `kubeadm init` stops in
    the phase upload-config with "context deadline exceeded" (kubernetes/kubeadm#3294). Patch releases from May 2026 on
    have the correction (kubernetes/kubernetes#138449).

    How to fix: let the name lead to the initial master until `kubeadm init` has run, or take a later patch release.

    Silent when: `kubernetesVersion` is not written or is another one (halb-lint takes kubeadm to be of the same
    release); any API server answers, so that `kubeadm init` has run; the initial master does not refuse connections, so
    that it is not known whether it has run; the name leads to the initial master, or to no address of the cluster.
    """
    clusters = view.kubernetes.kubeadm_clusters if view.kubernetes is not None else ()
    found = {address for lead in leads(view) for address in lead.addresses}
    target = next((t for t in (*view.endpoint.vips, *view.endpoint.load_balancers) if t.address in found), None)
    if target is None or any(view.is_initial_master(address) for address in found) or not _before_init(view):
        return
    for cluster in clusters:
        version = cluster.version
        match = re.fullmatch(_VERSION, version.text or "") if version is not None else None
        if version is not None and match is not None and int(match[2]) in _AFFECTED.get(int(match[1]), ()):
            yield Hit(
                version.span,
                f"kubeadm {version.text} talks to the endpoint as soon as its own API server runs, and {view.name} "
                f"leads to {target.label}: 'kubeadm init' may fail, because haproxy does not use the server yet",
                help=f"until 'kubeadm init' has run, set {initial_record(view)}; or take a later patch release",
                note="goes through the load balancers",
                related=[Related(name_span(view), "leads to them"), Related(target.span, "this one", target.node)],
            )


def _before_init(view: LiveView) -> bool:
    """Whether nothing answers on the initial master's port, and no API server anywhere."""
    probes = [view.probe(node) for node in view.endpoint.control_plane]
    first = probes[0] if probes else None
    alive = any(probe is not None and (probe.alive or probe.certificate is not None) for probe in probes)
    return first is not None and first.contact is Contact.REFUSED and not alive
