"""What halb.toml says the cluster is meant to be: read and checked here, once, for linter and wizard alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.plan.model import (
    Cluster,
    ClusterError,
    ControlPlaneNode,
    KeyPath,
    LoadBalancer,
    Phase,
    Setting,
    Vip,
)

if TYPE_CHECKING:
    from rules.plan.read import parse_cluster, read_cluster

__all__ = [
    "Cluster", "ClusterError", "ControlPlaneNode", "KeyPath", "LoadBalancer", "Phase", "Setting", "Vip",
    "parse_cluster", "read_cluster",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load the reader, and the TOML parser with it, when it is asked for."""
    if name in ("parse_cluster", "read_cluster"):
        from importlib import import_module

        return getattr(import_module("rules.plan.read"), name)
    raise AttributeError(f"module 'rules.plan' has no attribute '{name}'")
