"""DN009: an endpoint below .local."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from rules.live.views.view import LiveView


@rule("DN009", "dot-local-name", Severity.WARNING, Scope.DNS, needs=("endpoint",))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name ends in `.local`, which belongs to multicast DNS.

    Why it hurts: RFC 6762 gives `.local` to mDNS. A machine with systemd-resolved, avahi (`mdns4_minimal` in
    nsswitch.conf) or macOS asks its own network segment for the name and never the name server, so the endpoint
    resolves on some machines and not on others, and not any more after an upgrade. Names below `cluster.local` are
    answered by the cluster's own DNS to every pod, which does not know them. That kubeadm's documentation has
    `.local` names in examples does not help.

    How to fix: take a name of a zone of yours, or below `home.arpa` (RFC 8375) or `internal`. The name can't be
    changed by supported means once the cluster is made.

    Silent when: the name ends otherwise. Nothing is asked: that it resolves here says nothing of other machines.
    """
    name = view.endpoint.name
    if name is None or not name.value.endswith(".local"):
        return
    host = name.value.partition(".")[0]
    inside = name.value.endswith(".cluster.local")
    whose = "the cluster's own DNS answers that zone to pods" if inside else "many machines ask mDNS for it, not DNS"
    yield Hit(
        name.span,
        f"'{name.value}' ends in .local, which belongs to multicast DNS: {whose}",
        help=f"before 'kubeadm init', take a name of a zone of yours ('{host}.example.com'), or '{host}.home.arpa'",
        note="multicast DNS",
    )
