"""A plan in the words of halb.toml: its tables and keys with values as TOML has them, and what need not be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rules.plan.model import API_PORT, Phase
from rules.plan.schema import header
from wizard.plan import defaults
from wizard.plan.plan import Balancer, HaproxyChoice, Machine, Plan

Values = dict[str, Any]
"""Keys in the order in which they are written. None: the key is not there. Absent: what is there stays."""

SINGLE = ("cluster", "vip", "vrrp", "haproxy")
MANY = ("control_plane", "lb")


def single_tables(plan: Plan) -> Mapping[str, Values]:
    """The values of `[cluster]`, `[vip]`, `[vrrp]` and `[haproxy]`."""
    vrrp = plan.vrrp
    return {
        "cluster": {
            "name": plan.name,
            "endpoint": plan.endpoint,
            "port": plan.port,
            "phase": str(plan.phase),
            "layout": plan.layout,
        },
        "vip": {"address": str(plan.vip), "address6": plan.vip6 and str(plan.vip6)},
        "vrrp": {key: getattr(vrrp, key) for key in _VRRP},
        "haproxy": {_key(field): value for field, value in plan.haproxy._asdict().items()},
    }


_VRRP = ("virtual_router_id", "advert_int", "mode", "preempt", "track", "auth_pass")


def usual(plan: Plan) -> Mapping[str, Values]:
    """What `plan_of` takes for a key that is not there, where the rest is as in `plan`; no key: it must be there."""
    lbs, nodes = ({machine.address for machine in machines} for machines in (plan.load_balancers, plan.control_plane))
    return {
        "cluster": {
            "name": defaults.cluster_name(plan.endpoint),
            "port": defaults.endpoint_port(plan.layout, plan.haproxy.bind),
            "phase": str(Phase.BOOTSTRAP),
            "layout": defaults.layout(lbs, nodes),
        },
        "vip": {"address6": None},
        "vrrp": {
            "virtual_router_id": defaults.virtual_router_id(plan.name, plan.vip),
            "advert_int": 1.0,
            "mode": "unicast",
            "preempt": True,
            "track": defaults.track(plan.haproxy.run),
            "auth_pass": None,
        },
        "haproxy": {_key(field): value for field, value in HaproxyChoice()._asdict().items()},
    }


def node_values(node: Machine) -> Values:
    """A `[[control_plane]]` table."""
    return {"name": node.name, "address": str(node.address), "port": node.port}


USUAL_NODE: Values = {"port": API_PORT}


def lb_values(lb: Balancer) -> Values:
    """An `[[lb]]` table, but for its files, which are for whoever wrote them."""
    return {
        "name": lb.name,
        "address": str(lb.address),
        "address6": lb.address6 and str(lb.address6),
        "interface": lb.interface,
        "priority": lb.priority,
    }


def usual_lbs(lbs: Iterable[Balancer]) -> list[Values]:
    """What each of the load balancers has in their order where its table does not say it."""
    found: list[Values] = []
    above: int | None = None
    for lb in lbs:
        found.append({"address6": None, "priority": defaults.priority_after(above)})
        above = lb.priority
    return found


def lb_files(name: str) -> list[str]:
    """The files that are written for the load balancer, relative to halb.toml."""
    return [f"{name}/etc/haproxy/haproxy.cfg", f"{name}/etc/keepalived/keepalived.conf"]


def needed(values: Values, usual: Values) -> Values:
    """The values that have to be written."""
    return {key: value for key, value in values.items() if key not in usual or usual[key] != value}


def toml(value: Any) -> str:
    """A value as TOML writes it: a string, number, truth value, or list of strings."""
    import tomlkit

    return str(tomlkit.item(value).as_string())


def table_text(table: str, values: Values) -> str:
    """A table with its header and a line for each key that is there."""
    lines = [f"{key} = {toml(value)}" for key, value in values.items() if value is not None]
    return "".join(f"{line}\n" for line in [header(table), *lines])


def _key(field: str) -> str:
    return field.replace("_", "-")
