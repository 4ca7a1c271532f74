"""What the answers of a plan say against each other; each finding is a PlanError that says what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rules.text.wording import listed
from wizard.plan.defaults import STACKED_PORT
from wizard.plan.plan import Balancer, IPAddress, IPInterface, Machine, Plan, PlanError, vrrp_version

FEWEST, MOST = 2, 6
"""Load balancers: one of them is no failover, and more than six only add adverts."""

WEIGHT_MARGIN = 30
"""How far below the lowest healthy load balancer a failed one gets: its script's weight is -(spread + 30)."""

LOWEST_WEIGHT = -253
"""The lowest weight of a vrrp_script that keepalived takes (keepalived.conf(5), 2.2.7)."""

LONGEST_ADVERT_INT = 40.95
"""Seconds, in VRRPv3: 12 bits of centiseconds in the packet (RFC 9568, section 5.2.7)."""

_WRITTEN = ("halb.toml", "kubeadm-config.yaml", "runbook.md")
_UNWRITABLE = re.compile(r"""["'#!{}$\\]""")


def clashes(plan: Plan) -> Iterator[PlanError]:
    """All of them, in the order of halb.toml's tables."""
    for check in (_ports, _layout, _control_plane, _vip, _run, _vrrp, _load_balancers, _networks, _priorities):
        yield from check(plan)


def _shared(plan: Plan) -> list[Machine]:
    """The control-plane nodes that are load balancers too."""
    addresses = {lb.address for lb in plan.load_balancers}
    return [node for node in plan.control_plane if node.address in addresses]


def _ports(plan: Plan) -> Iterator[PlanError]:
    health = plan.haproxy.health_port
    if health == plan.port:
        yield PlanError(
            "haproxy.health-port",
            f"[haproxy] health-port: {health} is the endpoint's port too, and haproxy can't bind both; write another",
        )
    taken = {node.port: node for node in reversed(_shared(plan))}
    if plan.haproxy.bind == "any" and plan.port in taken:
        name = taken[plan.port].name
        free = next(port for port in range(STACKED_PORT, 65536) if port not in {*taken, health})
        yield PlanError(
            "cluster.port",
            f"[cluster] port: {plan.port} is the port of the API server on {name}, where haproxy has to bind it too; "
            f"write port = {free}",
        )
    if health in taken:
        yield PlanError(
            "haproxy.health-port",
            f"[haproxy] health-port: {health} is the port of the API server on {taken[health].name}, where haproxy "
            "has to bind it too; write another",
        )


def _layout(plan: Plan) -> Iterator[PlanError]:
    nodes = {node.address: node for node in plan.control_plane}
    for lb in plan.load_balancers:
        node = nodes.get(lb.address)
        if plan.layout == "stacked" and node is None:
            yield PlanError(
                "lb.address",
                f"[[lb]] {lb.name} address: '{lb.address}' is no control-plane node's, which the layout 'stacked' "
                'wants; write the address of one, or layout = "dedicated"',
            )
        if plan.layout == "dedicated" and node is not None:
            yield PlanError(
                "cluster.layout",
                f"[cluster] layout: the load balancer {lb.name} has the address {lb.address} of the control-plane "
                f'node {node.name}; write layout = "stacked" if they are one machine',
            )


def _control_plane(plan: Plan) -> Iterator[PlanError]:
    if not plan.control_plane:
        yield PlanError("control_plane", "there is no [[control_plane]] table; write one, the initial master's first")
    yield from _twice("control_plane", plan.control_plane)
    for node in plan.control_plane:
        if node.address.version != plan.vip.version:
            yield _other_family("control_plane", node, plan.vip)


def _other_family(table: str, machine: Machine | Balancer, vip: IPInterface) -> PlanError:
    return PlanError(
        f"{table}.address",
        f"[[{table}]] {machine.name} address: '{machine.address}' is IPv{machine.address.version}, and the VIP {vip} "
        f"is IPv{vip.version}; write the IPv{vip.version} address here",
    )


def _vip(plan: Plan) -> Iterator[PlanError]:
    if plan.vip6 is not None and plan.vip6.version != 6:
        yield PlanError("vip.address6", f"[vip] address6: '{plan.vip6}' is IPv4; write the IPv6 address here")
    elif plan.vip6 is not None and plan.vip.version != 4:
        yield PlanError(
            "vip.address",
            f"[vip] address: '{plan.vip}' is IPv6, as address6 is; write the IPv4 address here, or leave address6 out",
        )
    owners: dict[IPAddress, str] = {node.address: node.name for node in plan.control_plane}
    for lb in plan.load_balancers:
        owners |= {address: lb.name for address in (lb.address, lb.address6) if address is not None}
    for key, vip in (("address", plan.vip), ("address6", plan.vip6)):
        if vip is not None and vip.ip in owners:
            yield PlanError(
                f"vip.{key}",
                f"[vip] {key}: '{vip}' is the address of {owners[vip.ip]} itself, and keepalived would delete that "
                "machine's own address; write one that no machine has",
            )


def _run(plan: Plan) -> Iterator[PlanError]:
    if plan.haproxy.run == "static-pod" and plan.vrrp.track == "process":
        yield PlanError(
            "vrrp.track",
            "[vrrp] track: 'process' needs the kernel's process events, which keepalived does not get in a static pod; "
            'write track = "script", or [haproxy] run = "package"',
        )


def _vrrp(plan: Plan) -> Iterator[PlanError]:
    seconds = plan.vrrp.advert_int
    if vrrp_version(plan) == 3:
        if plan.vrrp.auth_pass is not None:
            yield PlanError(
                "vrrp.auth_pass",
                "[vrrp] auth_pass: there is an IPv6 VIP, so VRRPv3 is spoken, which has no password; leave it out",
            )
        if seconds > LONGEST_ADVERT_INT:
            yield PlanError(
                "vrrp.advert_int",
                f"[vrrp] advert_int: VRRPv3, which an IPv6 VIP needs, has {LONGEST_ADVERT_INT} seconds at most, not "
                f"{seconds:g}; write 1.0",
            )
    elif not seconds.is_integer():
        yield PlanError(
            "vrrp.advert_int",
            f"[vrrp] advert_int: VRRPv2, which an IPv4 VIP is held with, has whole seconds only, not {seconds:g}; "
            f"write {max(1, round(seconds))}.0",
        )


def _load_balancers(plan: Plan) -> Iterator[PlanError]:
    lbs = plan.load_balancers
    if not FEWEST <= len(lbs) <= MOST:
        yield PlanError(
            "lb", f"a plan has {FEWEST} to {MOST} load balancers, not {len(lbs)}; write one [[lb]] for each"
        )
    yield from _twice("lb", lbs)
    for lb in lbs:
        if lb.name.lower() in _WRITTEN:
            yield PlanError("lb.name", f"[[lb]] name: '{lb.name}' is a file that is written beside it; write another")
        if odd := _UNWRITABLE.search(lb.interface):
            yield PlanError(
                "lb.interface",
                f"[[lb]] {lb.name} interface: '{lb.interface}' has the character {odd[0]}, which keepalived.conf has "
                "no way to write in a name; give the interface another name",
            )


def _networks(plan: Plan) -> Iterator[PlanError]:
    for lb in plan.load_balancers:
        if lb.address.version != plan.vip.version:
            yield _other_family("lb", lb, plan.vip)
        elif lb.address not in plan.vip.network:
            yield _outside(lb, "address", lb.address, plan.vip)
        if plan.vip6 is None and lb.address6 is not None:
            yield PlanError(
                "vip.address6",
                f"[vip] has no address6, but [[lb]] {lb.name} has one; write the second family's VIP, or leave "
                "address6 out there",
            )
        elif plan.vip6 is not None and lb.address6 is None:
            yield PlanError(
                "lb.address6",
                f"[[lb]] {lb.name} has no address6, but the VIP has: {plan.vip6}; write its IPv6 address",
            )
        elif plan.vip6 is not None and lb.address6 is not None and lb.address6 not in plan.vip6.network:
            yield _outside(lb, "address6", lb.address6, plan.vip6)


def _outside(lb: Balancer, key: str, address: IPAddress, vip: IPInterface) -> PlanError:
    return PlanError(
        f"vip.{key}",
        f"[vip] {key}: '{vip}' is in the network {vip.network}, where the load balancer {lb.name} with {address} is "
        "not; write an unused address of the load balancers' network, with that network's prefix length",
    )


def _twice(table: str, machines: Sequence[Machine | Balancer]) -> Iterator[PlanError]:
    """Names, which differ by more than case as host names do, and addresses that two machines have."""
    names: set[str] = set()
    owners: dict[IPAddress, str] = {}
    for machine in machines:
        if machine.name.lower() in names:
            yield PlanError(f"{table}.name", f"two [[{table}]] tables have the name '{machine.name}'; write another")
        names.add(machine.name.lower())
        for key in ("address", "address6"):
            address = getattr(machine, key, None)
            if address is not None and address in owners:
                yield PlanError(
                    f"{table}.{key}",
                    f"[[{table}]] {machine.name} {key}: '{address}' is the address of {owners[address]} already",
                )
            elif address is not None:
                owners[address] = machine.name


def _priorities(plan: Plan) -> Iterator[PlanError]:
    """With preempt, the highest of the healthy must win over every failed one; sticky ones stay where they are."""
    lbs = plan.load_balancers
    if not plan.vrrp.preempt or not lbs:
        return
    by_priority: dict[int, list[str]] = {}
    for lb in lbs:
        by_priority.setdefault(lb.priority, []).append(lb.name)
    for priority, names in by_priority.items():
        if len(names) > 1:
            yield PlanError(
                "lb.priority",
                f"[[lb]] priority: {listed(names)} have {priority} each, so that chance decides which one gets the "
                "VIP; write one number for each, such as 110, 100, 90",
            )
    if min(by_priority) < 2:
        yield PlanError(
            "lb.priority",
            f"[[lb]] priority: {listed(by_priority[1])} has 1, and a failed load balancer can't get below that: on a "
            "tie it keeps the VIP; write numbers such as 110, 100, 90",
        )
    spread = max(by_priority) - min(by_priority)
    if -(spread + WEIGHT_MARGIN) < LOWEST_WEIGHT:
        yield PlanError(
            "lb.priority",
            f"[[lb]] priority: {max(by_priority)} and {min(by_priority)} are {spread} apart, and keepalived has no "
            f"weight that puts a failed load balancer below the others with more than {-LOWEST_WEIGHT - WEIGHT_MARGIN}"
            "; write numbers such as 110, 100, 90",
        )
