"""Whether a load balancer runs on a control-plane node, so that the VIP can be on one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.support.haproxy.api_listeners import api_servers

if TYPE_CHECKING:
    from rules.fleet.cluster import Address, ClusterFiles, StatedAt


def stacked_on(files: ClusterFiles) -> tuple[str, Address, StatedAt] | None:
    """The first load balancer that is a control-plane node by its address: its name, the address, and its place."""
    nodes = {
        node.address.value for node in (files.plan.control_plane if files.plan else ()) if node.address is not None
    }
    nodes |= {server.address for _, server in api_servers(files.fleet) if server.address is not None}
    nodes |= {node.local.address for node in files.kubeadm_nodes if node.local.address is not None}
    return next((found for found in files.own_addresses() if found[1] in nodes), None)
