"""HO010: control-plane nodes without a live API server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.live.views.notes import nodes_here
from rules.live.views.wording import advice, asked_from, duration, met
from rules.plan.model import Phase
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Probe
    from rules.live.views.view import LiveView

_NO_WAY = (Contact.TIMEOUT, Contact.UNREACHABLE)  # firewalls drop, or reject with "host prohibited" (firewalld)


class _Node(NamedTuple):
    """A control-plane node that was asked."""

    target: Target
    probe: Probe


@rule("HO010", "backends-unreachable", Severity.ERROR, Scope.HOST, needs=("network", "endpoint", "control-plane"))
def check(view: LiveView) -> Iterator[Hit]:
    """A control-plane node does not answer as an API server.

    Why it hurts: haproxy takes such a node out, and the others carry its load; with the last one the API is gone. A
    node that haproxy reaches but whose API server is broken, or something else on its port, gets clients if the check
    is a plain TCP one.

    How to fix: start the API server, or correct the address and port in the server line; open the port between the
    load balancers and the control plane.

    Silent when: the phase is not cutover and no node answers, as before `kubeadm init`. When one answers then, the
    others that don't are an info: they have not joined yet. The load balancers' own way to the nodes counts, not
    that of this machine: when it is none of them and can't reach any node, a firewall between is likely, and that is
    a warning; an info when the API answers through the VIP. 200, 401 and 403 to `/readyz` are all signs of life.
    """
    asked = [_Node(t, probe) for t in view.endpoint.control_plane if (probe := view.probe(t)) is not None]
    dead = [node for node in asked if not node.probe.alive]
    if not dead:
        return
    if view.phase is Phase.CUTOVER:
        if dead == asked and not view.on_load_balancer and all(n.probe.contact in _NO_WAY for n in dead):
            yield _no_way(view, dead)
        else:
            yield from (_not_alive(view, node) for node in dead)
        return
    begun = len(dead) < len(asked)
    master = view.endpoint.initial_master
    broken = [n for n in dead if n.probe.accepts or (begun and n.target is master)]
    yield from (_not_alive(view, node) for node in broken)
    if begun:
        absent = [node for node in dead if node not in broken]
        for refused in (True, False):
            alike = [node for node in absent if (node.probe.contact is Contact.REFUSED) is refused]
            if alike:
                yield _not_joined(view, alike)


def _asked(view: LiveView) -> str:
    return asked_from(view.observed.vantage, nodes_here(view))


def _not_alive(view: LiveView, node: _Node) -> Hit:
    target, probe = node
    look, found = advice(probe), met(probe)
    if probe.contact is Contact.HTTP and probe.detail:
        found += f" ({probe.detail})"
    if probe.contact is Contact.HTTP and (probe.status or 0) < 500:
        look = f"an API server answers 200, 401 or 403 to /readyz: look what listens on {target.socket}"
    if not probe.accepts and not view.on_load_balancer:
        look += f"; what a load balancer sees counts: 'curl -k https://{target.socket}/readyz' there"
    return Hit(
        target.span,
        f"{target.label} does not answer as an API server on port {target.port}: {found}; {_asked(view)}",
        help=look,
        related=target.related("the same server"),
        node=target.node,
    )


def _listing(nodes: list[_Node]) -> list[Related]:
    """The places of all nodes but the first, and the further ones of that."""
    others = [Related(n.target.span, f"{n.target.name}: {met(n.probe)}", n.target.node) for n in nodes[1:]]
    return [*nodes[0].target.related("the same server"), *others]


def _no_way(view: LiveView, nodes: list[_Node]) -> Hit:
    """None can be reached from a machine that is no load balancer: most likely a firewall on the way."""
    target = nodes[0].target
    served = any(probe is not None and probe.alive for probe in map(view.probe, view.endpoint.vips))
    through = "; the API answers through the VIP, so the way from here is what is closed" if served else ""
    return Hit(
        target.span,
        f"no control-plane node could be reached within {duration(view.observed.timeout)}: "
        f"{listed(node.target.label for node in nodes)}; {_asked(view)}{through}",
        help=f"what a load balancer sees counts: run this there, or 'curl -k https://{target.socket}/readyz'",
        related=_listing(nodes),
        severity=Severity.INFO if served else Severity.WARNING,
        node=target.node,
    )


def _not_joined(view: LiveView, nodes: list[_Node]) -> Hit:
    """Nodes that nobody listens on while another one serves the API: normal until they join."""
    target, probe = nodes[0]
    verb = "has" if len(nodes) == 1 else "have"
    refused = probe.contact is Contact.REFUSED
    doubt = "not joined yet?" if refused else "not joined yet, down, or behind a firewall?"
    return Hit(
        target.span,
        f"{listed(node.target.label for node in nodes)} {verb} no API server on port {target.port}: "
        f"{met(probe)}; {doubt}",
        help=f"'kubeadm join {view.name}:{view.endpoint.port} --control-plane ...' makes it a control-plane node "
        "('kubeadm token create --print-join-command' on the initial master shows the rest)",
        related=_listing(nodes),
        severity=Severity.INFO,
        node=target.node,
    )
