"""K8007: a server of the API that is no control-plane node in halb.toml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import PLAN
from rules.support.haproxy.api_listeners import api_servers
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.fleet.cluster import ClusterFiles


@rule("K8007", "worker-in-backend", Severity.WARNING, Scope.CLUSTER, needs=(PLAN,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """A load balancer sends to an address for the API that is none of the `[[control_plane]]` nodes of halb.toml.

    Why it hurts: there is no API server on a worker, or on a machine that has left the cluster. haproxy takes it out
    only if it checks its servers, and then it shows as down for ever; a machine of another cluster is worse.

    How to fix: remove the `server` line, or list the node in halb.toml.

    Silent when: halb.toml lists no control-plane node, or one without an address; a server has a name instead of an
    address; none of the backend's servers on that node is in halb.toml, so that it belongs to another cluster.
    """
    nodes = files.plan.control_plane if files.plan is not None else ()
    known = {node.address.value for node in nodes if node.address is not None}
    if not known or any(node.address is None for node in nodes):
        return
    for at in files.fleet.nodes:
        servers = [server for node, server in api_servers(files.fleet) if node is at]
        strangers = [server for server in servers if server.address not in known]
        if not strangers or len(strangers) == len(servers):
            continue
        for server in strangers:
            # A node of a dual-stack cluster may be listed by its other family.
            if not any(address.version == server.address.version for address in known if server.address):
                continue
            yield Hit(
                server.address_span,
                f"the server {server.name.raw} ({server.address}) is no control-plane node in halb.toml, which lists "
                f"{listed(node.name.value for node in nodes)}",
                help="remove this server, or add it to halb.toml as [[control_plane]]",
                note="not in halb.toml",
                related=[Related(nodes[0].name.span, "the first control-plane node")],
                node=at.name,
            )
