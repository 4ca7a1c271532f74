"""The plan to verify: what a halb.toml, and the files that it names, say about the endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rules.command import UsageError
from rules.fleet import Fleet
from rules.live import Endpoint, endpoint_of, lacking, to_write, words_for
from rules.plan import Cluster, ClusterError, Given, Phase


class EndpointPlan(NamedTuple):
    """What a halb.toml, and the files that it names, say about the endpoint."""

    path: Path
    endpoint: Endpoint
    fleet: Fleet

    def require(self, phase: Phase | None) -> None:
        """Raise UsageError, with the key to write, when the plan lacks what the phase is about."""
        if need := lacking(self.endpoint, phase):
            raise UsageError(f"{self.path}: no {words_for(need)} is known; write {to_write(need)}")


def read_plan(path: Path, phase: str | None = None) -> EndpointPlan:
    """The plan of a halb.toml, with another phase if one is given; raises UsageError with what is wrong with it."""
    from rules.plan import read_cluster

    try:
        cluster = Given(phase=phase).cluster(read_cluster(path))
    except ClusterError as error:
        raise UsageError(str(error)) from error
    assert cluster is not None
    fleet = plan_fleet(cluster)
    plan = EndpointPlan(path, endpoint_of(cluster, fleet), fleet)
    plan.require(plan.endpoint.phase.value if plan.endpoint.phase else None)
    return plan


def plan_fleet(cluster: Cluster) -> Fleet:
    """What the files of the `[[lb]]` tables say; those that are not there yet, or can't be read, are left out."""
    from rules import Run, options_for
    from rules.files import DiskIncludes, read_cluster_nodes

    inputs = read_cluster_nodes(cluster, None, present=True)
    # No rule runs here, so what [lint] says of rules does not count.
    options = options_for(None, inputs.nodes, kinds=inputs.kinds, config_ids=inputs.config_ids, include=DiskIncludes())
    return Run(inputs.texts, options).fleet
