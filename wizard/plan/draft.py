"""The plan as far as it is known: every value of a `Plan`, or None where nobody has said it yet.

An import fills a draft from files, the wizard edits one, and `complete` makes the plan of it with the defaults of
`wizard.plan.plan`. A draft holds values only: places in files stay with whoever read them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from parsers.source import Source, Span
from rules.engine.secrets import HIDDEN
from rules.plan.model import Cluster, ControlPlaneNode, LoadBalancer, Phase, Setting, Vip, Vrrp

if TYPE_CHECKING:
    from rules.plan.model import IPAddress, IPInterface
    from wizard.plan.plan import Plan

T = TypeVar("T")


class MachineDraft(NamedTuple):
    """One control-plane node, as far as it is known."""

    name: str | None = None
    address: IPAddress | None = None
    port: int | None = None


class BalancerDraft(NamedTuple):
    """One load balancer, as far as it is known; `files` are its configuration files, for halb.toml."""

    name: str | None = None
    address: IPAddress | None = None
    interface: str | None = None
    priority: int | None = None
    address6: IPAddress | None = None
    files: tuple[str, ...] = ()


class VrrpDraft(NamedTuple):
    """The values of `wizard.plan.plan.VrrpChoice`. SECRET: `auth_pass`, which `repr` hides."""

    virtual_router_id: int | None = None
    advert_int: float | None = None
    mode: str | None = None
    preempt: bool | None = None
    track: str | None = None
    auth_pass: str | None = None

    def __repr__(self) -> str:
        shown = self._asdict() | {"auth_pass": self.auth_pass and HIDDEN}
        return f"VrrpDraft({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


class HaproxyDraft(NamedTuple):
    """The values of `wizard.plan.plan.HaproxyChoice`; times are haproxy's own words (`5s`, `1h`)."""

    check: str | None = None
    balance: str | None = None
    maxconn: int | None = None
    retries: int | None = None
    inter: str | None = None
    fall: int | None = None
    rise: int | None = None
    timeout_connect: str | None = None
    timeout_client: str | None = None
    timeout_server: str | None = None
    timeout_client_fin: str | None = None
    timeout_server_fin: str | None = None
    timeout_queue: str | None = None
    timeout_check: str | None = None
    bind: str | None = None
    health_port: int | None = None
    run: str | None = None


class Draft(NamedTuple):
    """A `Plan` in which everything may be missing. The first control-plane node is the initial master."""

    name: str | None = None
    endpoint: str | None = None
    port: int | None = None
    phase: Phase | None = None
    layout: str | None = None
    control_plane: tuple[MachineDraft, ...] = ()
    vip: IPInterface | None = None
    vip6: IPInterface | None = None
    load_balancers: tuple[BalancerDraft, ...] = ()
    vrrp: VrrpDraft = VrrpDraft()
    haproxy: HaproxyDraft = HaproxyDraft()


def complete(draft: Draft) -> Plan:
    """The plan that the draft makes with the defaults; `PlanError` names the first key that is missing."""
    from wizard.plan.plan import PlanError, plan_of

    for table, machines in (("control_plane", draft.control_plane), ("lb", draft.load_balancers)):
        for machine in machines:
            if machine.name is None:
                where = f" at {machine.address}" if machine.address else ""
                raise PlanError(f"{table}.name", f"the machine{where} has no name; write its host name")
    return plan_of(cluster_of(draft))


def cluster_of(draft: Draft, path: Path = Path("halb.toml")) -> Cluster:
    """The draft as a halb.toml gives it when it is read; machines without a name are left out.

    Every value has the same empty place, since no file holds it.
    """
    source = Source(str(path), "")
    nowhere = Span(source, 0, 0)

    def known(value: T | None) -> Setting[T] | None:
        return None if value is None else Setting(value, nowhere)

    def node(machine: MachineDraft) -> ControlPlaneNode:
        name = Setting(machine.name or "", nowhere)
        return ControlPlaneNode(name, known(machine.address), Setting(machine.port or 6443, nowhere))

    def balancer(machine: BalancerDraft) -> LoadBalancer:
        found = {name: known(getattr(machine, name)) for name in ("address", "address6", "interface", "priority")}
        files = tuple(Setting(file, nowhere) for file in machine.files)
        return LoadBalancer(Setting(machine.name or "", nowhere), files=files, **found)

    return Cluster(
        path,
        source,
        name=known(draft.name),
        endpoint=known(draft.endpoint),
        port=known(draft.port),
        phase=known(draft.phase),
        layout=known(draft.layout),
        control_plane=tuple(node(machine) for machine in draft.control_plane if machine.name),
        vip=Vip(known(draft.vip), known(draft.vip6)),
        vrrp=Vrrp(**{name: known(value) for name, value in draft.vrrp._asdict().items()}),
        load_balancers=tuple(balancer(machine) for machine in draft.load_balancers if machine.name),
        haproxy={
            name.replace("_", "-"): Setting(value, nowhere)
            for name, value in draft.haproxy._asdict().items()
            if value is not None
        },
    )


def draft_of(cluster: Cluster) -> Draft:
    """What a halb.toml says, without the places."""
    return Draft(
        name=_value(cluster.name),
        endpoint=_value(cluster.endpoint),
        port=_value(cluster.port),
        phase=_value(cluster.phase),
        layout=_value(cluster.layout),
        control_plane=tuple(
            MachineDraft(node.name.value, _value(node.address), node.port.value) for node in cluster.control_plane
        ),
        vip=_value(cluster.vip.address),
        vip6=_value(cluster.vip.address6),
        load_balancers=tuple(_balancer(lb) for lb in cluster.load_balancers),
        vrrp=VrrpDraft(**_fields(VrrpDraft._fields, lambda name: getattr(cluster.vrrp, name))),
        haproxy=HaproxyDraft(**_fields(HaproxyDraft._fields, lambda name: cluster.haproxy.get(name.replace("_", "-")))),
    )


def draft_of_plan(plan: Plan) -> Draft:
    """A complete plan as a draft, to be edited."""
    return Draft(
        **{name: getattr(plan, name) for name in ("name", "endpoint", "port", "phase", "layout", "vip", "vip6")},
        control_plane=tuple(MachineDraft(*machine) for machine in plan.control_plane),
        load_balancers=tuple(BalancerDraft(*balancer) for balancer in plan.load_balancers),
        vrrp=VrrpDraft(**plan.vrrp._asdict()),
        haproxy=HaproxyDraft(**plan.haproxy._asdict()),
    )


def _value(setting: Setting[T] | None) -> T | None:
    return None if setting is None else setting.value


def _fields(names: tuple[str, ...], setting: Callable[[str], Setting[Any] | None]) -> dict[str, Any]:
    return {name: _value(setting(name)) for name in names}


def _balancer(lb: LoadBalancer) -> BalancerDraft:
    return BalancerDraft(
        lb.name.value,
        _value(lb.address),
        _value(lb.interface),
        _value(lb.priority),
        _value(lb.address6),
        tuple(file.value for file in lb.files),
    )
