"""The endpoint's port, which every reader of a halb.toml takes from here, whether the file says it or not."""

from __future__ import annotations

from rules.plan.complete import usual_value
from rules.plan.model import API_PORT, Cluster, KeyPath


def known_port(cluster: Cluster) -> int | None:
    """The endpoint's port: what the file says, else what follows for its load balancers; None without those."""
    if cluster.port is not None:
        return cluster.port.value
    if not cluster.load_balancers:
        return None
    values = {path: setting.value for path, setting in cluster.values.items()}
    found = usual_value(KeyPath("cluster", 0, "port"), values)
    return found if isinstance(found, int) else None


def endpoint_port(cluster: Cluster | None) -> int:
    """The endpoint's port: as `known_port`, and API_PORT where nothing tells it."""
    return (known_port(cluster) if cluster is not None else None) or API_PORT
