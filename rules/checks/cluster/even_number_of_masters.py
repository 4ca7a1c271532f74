"""K8006: an even number of control-plane nodes with etcd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER, MEMBERS
from rules.support.haproxy.api_listeners import api_listeners

if TYPE_CHECKING:
    from parsers.facts.kubernetes import ControlPlaneConfig
    from parsers.source import Span
    from rules.fleet.cluster import ClusterFiles

_PLAN_MORE = "another [[control_plane]]"
_HOSTS = "another host with this role"


@rule("K8006", "even-number-of-masters", Severity.WARNING, Scope.CLUSTER, needs=(INSTALLER, MEMBERS))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The cluster has two control-plane nodes (warning), or another even number (info), each with a member of etcd.

    Why it hurts: etcd needs more than half of its members. Of two both have to run, so the cluster stops when either
    dies: twice as often as with one. Four survive the death of one, as three do (etcd's documentation, FAQ). One alone
    in k0sctl.yaml, behind load balancers, is an info: they have nothing to balance.

    How to fix: make it three, or five.

    Silent when: etcd runs elsewhere (`etcd.external`, `externalCluster`, kine, `datastore-endpoint`); there is neither
    a halb.toml nor a k0sctl.yaml to count the nodes in; or halb.toml has only one control-plane node, as at the
    beginning.
    """
    if any(config.external_etcd for config in files.control_planes):
        return
    if counted := [config for config in files.control_planes if config.members is not None]:
        for config in counted:
            yield from _of_hosts(files, config)
        return
    nodes = files.plan.control_plane if files.plan is not None else ()
    if files.control_planes and nodes and len(nodes) % 2 == 0:
        yield _even(nodes[-1].name.span, len(nodes), _PLAN_MORE)


def _of_hosts(files: ClusterFiles, config: ControlPlaneConfig) -> Iterator[Hit]:
    members = config.members or ()
    if members and len(members) % 2 == 0:
        yield _even(members[-1].span, len(members), _HOSTS)
    elif len(members) == 1 and (files.vips() or api_listeners(files.fleet)):
        yield Hit(
            members[0].span,
            "there is one control-plane node behind the load balancers: the API is gone when it dies",
            help=f"plan 3 control-plane nodes: add {_HOSTS}",
            severity=Severity.INFO,
        )


def _even(span: Span, number: int, add: str) -> Hit:
    lost = "the API is gone when one of them dies" if number == 2 else f"no more of them may die than of {number - 1}"
    return Hit(
        span,
        f"there are {number} control-plane nodes, each with a member of etcd, which needs more than half of them: "
        f"{lost}",
        help=f"plan {number + 1} control-plane nodes: add {add}",
        severity=None if number == 2 else Severity.INFO,
    )
