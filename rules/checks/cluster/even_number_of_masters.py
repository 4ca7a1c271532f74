"""K8006: an even number of control-plane nodes with etcd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KUBEADM, StatedAt

if TYPE_CHECKING:
    from rules.fleet.cluster import ClusterFiles


@rule("K8006", "even-number-of-masters", Severity.WARNING, Scope.CLUSTER, needs=(KUBEADM, "halb.toml"))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The cluster has two control-plane nodes (warning), or another even number (info), each with a member of etcd.

    Why it hurts: etcd needs more than half of its members. Of two both have to run, so the cluster stops when either
    dies: twice as often as with one. Four survive the death of one, as three do (etcd's documentation, FAQ).

    How to fix: make it three, or five.

    Silent when: etcd runs elsewhere (`etcd.external`), or there is only one control-plane node, as at the beginning.
    """
    cluster = files.cluster
    nodes = files.plan.control_plane if files.plan is not None else ()
    if cluster is None or cluster.external_etcd or not nodes or len(nodes) % 2:
        return
    last = StatedAt(nodes[-1].name.span)
    two = len(nodes) == 2
    lost = "the API is gone when one of them dies" if two else f"no more of them may die than of {len(nodes) - 1}"
    yield Hit(
        last.span,
        f"there are {len(nodes)} control-plane nodes, each with a member of etcd, which needs more than half of them: "
        f"{lost}",
        help=f"plan {len(nodes) + 1} control-plane nodes: add another [[control_plane]]",
        severity=None if two else Severity.INFO,
    )
