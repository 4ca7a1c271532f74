"""The plan: what the user wants, complete and valid, without places in files.

Its keys are declared in `rules.plan.keys`. `plan_of` turns a halb.toml into a plan, `check_plan` says what its values
say against each other.
"""

from __future__ import annotations

from rules.plan import (
    ApiServer,
    Balancer,
    Cluster,
    HaproxyChoice,
    IPAddress,
    IPInterface,
    Plan,
    PlanError,
    VrrpChoice,
    plan_from,
)
from wizard.plan.clashes import check_plan, vrrp_version

__all__ = [
    "ApiServer",
    "Balancer",
    "HaproxyChoice",
    "IPAddress",
    "IPInterface",
    "Plan",
    "PlanError",
    "VrrpChoice",
    "check_plan",
    "plan_of",
    "vrrp_version",
]  # fmt: skip


def plan_of(cluster: Cluster) -> Plan:
    """The plan that a halb.toml means, what it leaves out filled in.

    Load balancers are put in the order of priority. Raises PlanError for the first key that nobody can guess; whether
    the answers go together is for `check_plan`.
    """
    return plan_from({path: setting.value for path, setting in cluster.values.items()})
