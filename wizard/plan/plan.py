"""The plan: what the user wants, complete and valid, without places in files.

`rules.plan` reads and checks halb.toml, where everything may be missing; a `Plan` has an answer to everything that
the files of the load balancers need. `defaults` fills what nobody said, `plan_of` turns a halb.toml into a plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import Any, NamedTuple, TypeVar

from rules.plan.model import Cluster, ControlPlaneNode, LoadBalancer, Phase, Setting
from wizard.plan import defaults

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface
T = TypeVar("T")


class PlanError(Exception):
    """A plan can't be used as it is. The text is one sentence that says where and what to write.

    `key` is where in halb.toml: "vip.address"; "lb.interface" for one machine, which the text names; "lb" for all of
    them.
    """

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


class Machine(NamedTuple):
    """One control-plane node: where its API server answers."""

    name: str
    address: IPAddress
    port: int = 6443


class Balancer(NamedTuple):
    """One load balancer. `address6` is there exactly when the plan is dual stack."""

    name: str
    address: IPAddress
    interface: str
    priority: int
    address6: IPAddress | None = None


class VrrpChoice(NamedTuple):
    """How the load balancers elect the holder of the VIP.

    `track` "process": vrrp_track_process on haproxy with weight 0 beside the script (keepalived 2.0.11 and later, not
    in containers); "script": the script alone. `preempt` false is the sticky form: BACKUP and nopreempt everywhere,
    weight 0. `advert_int` is in seconds. `auth_pass` None: no authentication.
    """

    virtual_router_id: int
    advert_int: float = 1.0
    mode: str = "unicast"
    preempt: bool = True
    track: str = "process"
    auth_pass: str | None = None


class HaproxyChoice(NamedTuple):
    """How haproxy forwards. Times are haproxy's own words (`5s`, `1h`).

    `bind` "any": every address of the machine, "vip": the VIP alone (with net.ipv4.ip_nonlocal_bind).
    `run` "package" or "static-pod". `health_port` is the local listener that keepalived's script asks.
    """

    check: str = "readyz"
    balance: str = "leastconn"
    maxconn: int = 20000
    retries: int = 3
    inter: str = "2s"
    fall: int = 3
    rise: int = 2
    timeout_connect: str = "5s"
    timeout_client: str = "1h"
    timeout_server: str = "1h"
    timeout_client_fin: str = "30s"
    timeout_server_fin: str = "30s"
    timeout_queue: str = "5s"
    timeout_check: str = "5s"
    bind: str = "any"
    health_port: int = 8405
    run: str = "package"


class Plan(NamedTuple):
    """A cluster's endpoint, complete.

    `layout` "dedicated": the load balancers are machines of their own; "stacked": they are the control-plane nodes, so
    haproxy needs another port than the API server's, or the VIP alone. The first control-plane node is the initial
    master. `vip6` is the second family's VIP (then `vip` is IPv4). Load balancers stand in the order of priority.
    """

    name: str
    endpoint: str
    port: int
    phase: Phase
    layout: str
    control_plane: tuple[Machine, ...]
    vip: IPInterface
    vip6: IPInterface | None
    load_balancers: tuple[Balancer, ...]
    vrrp: VrrpChoice
    haproxy: HaproxyChoice = HaproxyChoice()


def plan_of(cluster: Cluster) -> Plan:
    """The plan that a halb.toml means, what it leaves out filled in from `defaults`.

    Load balancers are put in the order of priority. Raises PlanError for the first key that nobody can guess; whether
    the answers go together is for `check_plan`.
    """
    endpoint = _needed(cluster.endpoint, "cluster.endpoint", 'endpoint = "kube-control.example.com"')
    nodes = tuple(map(_machine, cluster.control_plane))
    if not nodes:
        raise PlanError("control_plane", "there is no [[control_plane]] table; write one, the initial master's first")
    vip = _needed(cluster.vip.address, "vip.address", 'address = "192.168.2.140/24"')
    lbs = tuple(_balancers(cluster.load_balancers))
    if not lbs:
        raise PlanError("lb", "there is no [[lb]] table; write one for each load balancer, two of them at least")
    haproxy = HaproxyChoice(**{key.replace("-", "_"): setting.value for key, setting in cluster.haproxy.items()})
    name = _given(cluster.name, defaults.cluster_name(endpoint))
    layout = _given(cluster.layout, defaults.layout((lb.address for lb in lbs), (machine.address for machine in nodes)))
    said = {key: setting.value for key, setting in cluster.vrrp._asdict().items() if setting is not None}
    usual = {"virtual_router_id": defaults.virtual_router_id(name, vip), "track": defaults.track(haproxy.run)}
    return Plan(
        name=name,
        endpoint=endpoint,
        port=_given(cluster.port, defaults.endpoint_port(layout, haproxy.bind)),
        phase=_given(cluster.phase, Phase.BOOTSTRAP),
        layout=layout,
        control_plane=nodes,
        vip=vip,
        vip6=cluster.vip.address6 and cluster.vip.address6.value,
        load_balancers=tuple(sorted(lbs, key=lambda lb: -lb.priority)),
        vrrp=VrrpChoice(**{**usual, **said}),
        haproxy=haproxy,
    )


def check_plan(plan: Plan) -> list[PlanError]:
    """What the answers of a plan say against each other, in the order of halb.toml; [] when they go together."""
    from wizard.plan.clashes import clashes

    return list(clashes(plan))


def vrrp_version(plan: Plan) -> int:
    """3 where there is an IPv6 VIP (RFC 9568), else 2 (RFC 3768), which alone has a password."""
    return 2 if plan.vip.version == 4 and plan.vip6 is None else 3


def _given(setting: Setting[T] | None, usual: T) -> T:
    return usual if setting is None else setting.value


def _needed(setting: Setting[T] | None, key: str, example: str, whose: str = "") -> T:
    """The value, or the PlanError that asks for it; `whose` names the one of several tables."""
    if setting is not None:
        return setting.value
    table, _, name = key.partition(".")
    header = f"[[{table}]] {whose}" if whose else f"[{table}]"
    raise PlanError(key, f"{header} has no {name}; write {example} or the like")


def _machine(node: ControlPlaneNode) -> Machine:
    name = node.name.value
    address = _needed(node.address, "control_plane.address", 'address = "192.168.2.151"', name)
    return Machine(name, address, node.port.value)


def _balancers(load_balancers: tuple[LoadBalancer, ...]) -> Iterator[Balancer]:
    """Each load balancer; one without priority comes below the one before it."""
    above: int | None = None
    for lb in load_balancers:
        name = lb.name.value
        address: Any = _needed(lb.address, "lb.address", 'address = "192.168.2.141"', name)
        interface = _needed(lb.interface, "lb.interface", 'interface = "ens160"', name)
        above = _given(lb.priority, defaults.priority_after(above))
        if above < 1:
            raise PlanError(
                "lb.priority", f"[[lb]] {name} has no priority, and none is left below; write priority = 90"
            )
        yield Balancer(name, address, interface, above, lb.address6 and lb.address6.value)
