"""KA006: keepalived never checks the haproxy on its node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from rules.fleet.node import Node


@rule("KA006", "no-health-check-at-all", Severity.WARNING, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """A node with haproxy whose keepalived.conf defines no check: no script, no process, no file.

    Why it hurts: keepalived notices when the machine or its link is gone, but not when haproxy is. When haproxy dies,
    or does not come up after a reload, the VIP stays where nothing answers (measured with keepalived 2.2.7).

    How to fix: define a `vrrp_script` that sends haproxy a request, and list it in `track_script` of the instance.

    Silent when: any check is defined (see KA005 and KA035 for one that is not used), no haproxy.cfg was given for the
    node, or an include, a template or a condition could not be resolved.
    """
    config, haproxy = node.keepalived, node.haproxy
    if config is None or haproxy is None or not config.complete or not haproxy.proxies:
        return
    defined = [*config.scripts, *config.processes, *config.track_files, *config.bfds]
    # A name that is tracked but not defined shows that a check was intended.
    intended = [tracker for i in config.instances for tracker in i.trackers if tracker.kind != "interface"]
    intended += [tracker for g in config.sync_groups for tracker in g.trackers if tracker.kind != "interface"]
    if defined or intended or not config.instances:
        return
    first, *others = config.instances
    yield Hit(
        first.name.span,
        f"keepalived checks nothing: when haproxy dies, the VIP of vrrp_instance '{first.name.raw}' stays where it is",
        help="add a vrrp_script that checks haproxy, such as '/usr/bin/curl -sf -m 2 http://127.0.0.1:8405/healthz', "
        "and track it in the instance",
        note="nothing is tracked here",
        related=[Related(instance.name.span, "nor here", node.name) for instance in others],
        node=node.name,
    )
