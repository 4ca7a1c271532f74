"""The existing files of a halb.toml's load balancers, as a fleet."""

from __future__ import annotations

from rules.fleet.node import Fleet
from rules.plan.model import Cluster


def plan_fleet(cluster: Cluster) -> Fleet:
    """The files of the `[[lb]]` tables; those that don't exist yet, or can't be read, are left out."""
    from rules.engine.run import Options, Run
    from rules.files.includes import DiskIncludes
    from rules.files.inputs import read_cluster_nodes

    inputs = read_cluster_nodes(cluster, None, present=True)
    options = Options(nodes=inputs.nodes, kinds=inputs.kinds, config_ids=inputs.config_ids, include=DiskIncludes())
    return Run(inputs.texts, options).fleet
