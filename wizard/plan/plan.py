"""The plan: what the user wants, complete and valid, without places in files.

Its keys are declared in `rules.plan.keys`. `plan_of` turns a halb.toml into a plan, `check_plan` says what its values
say against each other.
"""

from __future__ import annotations

from rules.plan.complete import plan_from
from rules.plan.errors import PlanError
from rules.plan.keys.haproxy import HaproxyChoice
from rules.plan.keys.machines import ApiServer, Balancer
from rules.plan.keys.plan import Plan
from rules.plan.keys.vrrp import VrrpChoice
from rules.plan.model import Cluster, IPAddress, IPInterface
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
