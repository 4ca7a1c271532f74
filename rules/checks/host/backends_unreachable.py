"""HO010: control-plane nodes without a live API server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.live.views.notes import nodes_here
from rules.live.views.wording import advice, asked_from, duration, probe_words
from rules.plan.model import Phase
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Probe
    from rules.live.views.view import LiveView

_NO_ANSWER = (Contact.TIMEOUT, Contact.UNREACHABLE)  # firewalls drop, or reject with "host prohibited" (firewalld)


class _Node(NamedTuple):
    """A control-plane node that was queried."""

    target: Target
    probe: Probe


@rule("HO010", "backends-unreachable", Severity.ERROR, Scope.HOST, needs=("network", "endpoint", "control-plane"))
def check(view: LiveView) -> Iterator[Hit]:
    """A control-plane node does not answer as an API server.

    Why it hurts: haproxy takes such a node out of rotation, and the others carry its load; with the last one the API is
    gone. A node that haproxy reaches, but whose API server is broken or whose port belongs to something else, still
    gets clients if the health check is plain TCP.

    How to fix: start the API server, or correct the address and port on the server line; open the port between the load
    balancers and the control plane.

    Silent when: the phase is not cutover and no node answers, as before `kubeadm init`. If one answers, those that
    don't are an info: they have not joined yet. What counts is what the load balancers reach, not this machine: if it
    is not one of them and can't reach any node, a firewall in between is likely, which is a warning; an info if the API
    answers through the VIP. 200, 401 and 403 from `/readyz` all mean that the API server is alive.
    """
    asked = [_Node(t, probe) for t in view.endpoint.control_plane if (probe := view.probe(t)) is not None]
    dead = [node for node in asked if not node.probe.alive]
    if not dead:
        return
    if view.phase is Phase.CUTOVER:
        if dead == asked and not view.on_load_balancer and all(n.probe.contact in _NO_ANSWER for n in dead):
            yield _unreachable(view, dead)
        else:
            yield from (_not_alive(view, node) for node in dead)
        return
    initialised = len(dead) < len(asked)
    master = view.endpoint.initial_master
    broken = [n for n in dead if n.probe.accepts or (initialised and n.target is master)]
    yield from (_not_alive(view, node) for node in broken)
    if initialised:
        absent = [node for node in dead if node not in broken]
        for refused in (True, False):
            alike = [node for node in absent if (node.probe.contact is Contact.REFUSED) is refused]
            if alike:
                yield _not_joined(view, alike)


def _asked(view: LiveView) -> str:
    return asked_from(view.observed.vantage, nodes_here(view))


def _not_alive(view: LiveView, node: _Node) -> Hit:
    target, probe = node
    fix, found = advice(probe), probe_words(probe)
    if probe.contact is Contact.HTTP and probe.detail:
        found += f" ({probe.detail})"
    if probe.contact is Contact.HTTP and (probe.status or 0) < 500:
        fix = f"an API server answers 200, 401 or 403 to /readyz: check what listens on {target.socket}"
    if not probe.accepts and not view.on_load_balancer:
        fix += f"; what counts is what a load balancer gets: 'curl -k https://{target.socket}/readyz' there"
    return Hit(
        target.span,
        f"{target.label} does not answer as an API server on port {target.port}: {found}; {_asked(view)}",
        help=fix,
        related=target.related("the same server"),
        node=target.node,
    )


def _listing(nodes: list[_Node]) -> list[Related]:
    """The places of all nodes but the first, and the first node's other places."""
    others = [Related(n.target.span, f"{n.target.name}: {probe_words(n.probe)}", n.target.node) for n in nodes[1:]]
    return [*nodes[0].target.related("the same server"), *others]


def _unreachable(view: LiveView, nodes: list[_Node]) -> Hit:
    """No node can be reached from a machine that is not a load balancer: most likely because of a firewall."""
    target = nodes[0].target
    served = any(probe is not None and probe.alive for probe in map(view.probe, view.endpoint.vips))
    through = "; the API answers through the VIP, so only the path from here is blocked" if served else ""
    return Hit(
        target.span,
        f"no control-plane node could be reached within {duration(view.observed.timeout)}: "
        f"{listed(node.target.label for node in nodes)}; {_asked(view)}{through}",
        help=f"what counts is what a load balancer gets: run this there, or 'curl -k https://{target.socket}/readyz'",
        related=_listing(nodes),
        severity=Severity.INFO if served else Severity.WARNING,
        node=target.node,
    )


def _not_joined(view: LiveView, nodes: list[_Node]) -> Hit:
    """Nodes where nothing listens while another one serves the API: normal until they join."""
    target, probe = nodes[0]
    verb = "has" if len(nodes) == 1 else "have"
    refused = probe.contact is Contact.REFUSED
    doubt = "not joined yet?" if refused else "not joined yet, down, or behind a firewall?"
    return Hit(
        target.span,
        f"{listed(node.target.label for node in nodes)} {verb} no API server on port {target.port}: "
        f"{probe_words(probe)}; {doubt}",
        help=f"'kubeadm join {view.name}:{view.endpoint.port} --control-plane ...' makes it a control-plane node "
        "('kubeadm token create --print-join-command' on the initial master shows the rest)",
        related=_listing(nodes),
        severity=Severity.INFO,
        node=target.node,
    )
