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

    Why it hurts: RFC 6762 reserves `.local` for mDNS. A machine with systemd-resolved, avahi (`mdns4_minimal` in
    nsswitch.conf) or macOS asks its own network segment for the name and never the name server, so the endpoint
    resolves on some machines and not on others, and may stop resolving after an upgrade. For pods, the cluster's own
    DNS answers for names below `cluster.local`, and it does not know this one. Unfortunately kubeadm's documentation
    has `.local` names in its examples.

    How to fix: use a name in your own zone, or below `home.arpa` (RFC 8375) or `internal`. There is no supported way to
    change the name once the cluster exists.

    Silent when: the name does not end in `.local`. Nothing is queried: that it resolves here proves nothing about other
    machines.
    """
    name = view.endpoint.name
    if name is None or not name.value.endswith(".local"):
        return
    host = name.value.partition(".")[0]
    inside = name.value.endswith(".cluster.local")
    whose = (
        "for pods, the cluster's own DNS answers for that zone" if inside else "many machines ask mDNS for it, not DNS"
    )
    yield Hit(
        name.span,
        f"'{name.value}' ends in .local, which belongs to multicast DNS: {whose}",
        help=f"before 'kubeadm init', choose a name in your own zone ('{host}.example.com'), or '{host}.home.arpa'",
        note="multicast DNS",
    )
