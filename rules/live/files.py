"""The files that the load balancers of a halb.toml have already, as a fleet."""

from __future__ import annotations

from rules.fleet.node import Fleet
from rules.plan.model import Cluster


def plan_fleet(cluster: Cluster) -> Fleet:
    """What the files of the `[[lb]]` tables say; those that are not there yet, or can't be read, are left out."""
    from rules.engine.options import options_for
    from rules.engine.run import Run
    from rules.files.includes import DiskIncludes
    from rules.files.inputs import read_cluster_nodes

    inputs = read_cluster_nodes(cluster, None, present=True)
    options = options_for(None, inputs.nodes, kinds=inputs.kinds, config_ids=inputs.config_ids, include=DiskIncludes())
    return Run(inputs.texts, options).fleet
