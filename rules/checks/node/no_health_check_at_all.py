"""KA006: keepalived never looks at the haproxy beside it."""

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

    Why it hurts: keepalived notices that the machine or its link is gone, never that haproxy is. When haproxy dies, or
    does not come up after a reload, the VIP stays where nobody answers (measured with keepalived 2.2.7).

    How to fix: define a `vrrp_script` that asks haproxy for an answer, and name it in `track_script` of the instance.

    Silent when: any check is defined (KA005 and KA035 speak of one that is not used), no haproxy.cfg was given for the
    node, or an include, a template or a condition leaves open what the file says.
    """
    config, haproxy = node.keepalived, node.haproxy
    if config is None or haproxy is None or not config.complete or not haproxy.proxies:
        return
    defined = [*config.scripts, *config.processes, *config.track_files, *config.bfds]
    # A name that is tracked but defined nowhere is a check that somebody meant to have.
    meant = [tracker for i in config.instances for tracker in i.trackers if tracker.kind != "interface"]
    meant += [tracker for g in config.sync_groups for tracker in g.trackers if tracker.kind != "interface"]
    if defined or meant or not config.instances:
        return
    first, *others = config.instances
    yield Hit(
        first.name.span,
        f"keepalived on {node.name} checks nothing: when haproxy dies there, the VIP of "
        f"vrrp_instance '{first.name.raw}' stays",
        help="add a vrrp_script that asks haproxy, as in '/usr/bin/curl -sf -m 2 http://127.0.0.1:8405/healthz', "
        "and track it in the instance",
        note="nothing is tracked here",
        related=[Related(instance.name.span, "nor here", node.name) for instance in others],
        node=node.name,
    )
