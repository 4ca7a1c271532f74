"""What the values of a plan say against each other; each clash is a PlanError that says what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rules.plan import (
    HAPROXY_RELEASE,
    KEEPALIVED_RELEASE,
    SCHEMA,
    STACKED_PORT,
    ApiServer,
    Balancer,
    IPAddress,
    IPInterface,
    KeyPath,
    Plan,
    PlanError,
    unreadable,
    values_of,
)
from rules.plan.together import together
from rules.text import listed

MOST = 6
"""Load balancers: more than six only add adverts."""

WEIGHT_MARGIN = 30
"""How far below the lowest healthy load balancer a failed one gets: its script's weight is -(spread + 30)."""

LOWEST_WEIGHT = -253
"""The lowest weight of a vrrp_script that keepalived takes (keepalived.conf(5), 2.2.7)."""

LONGEST_ADVERT_INT = 40.95
"""Seconds, in VRRPv3: 12 bits of centiseconds in the packet (RFC 9568, section 5.2.7)."""

_EXAMPLE = "numbers such as 110, 100, 90"
_WRITTEN = ("halb.toml", "kubeadm-config.yaml", "runbook.md")
_UNWRITABLE = re.compile(r"""["'#!{}$\\]""")


def check_plan(plan: Plan) -> list[PlanError]:
    """What the values of a plan say against each other, in the order of the tables; [] when they go together."""
    values = values_of(plan)
    first = [*unreadable(values), *together(values)]
    given = {error.path for error in first}
    checks = (_ports, _layout, _control_plane, _run, _releases, _vrrp, _load_balancers, _networks, _priorities)
    more = [error for check in checks for error in check(plan) if error.path not in given]
    tables = list(SCHEMA)
    found = sorted([*first, *more], key=lambda error: tables.index(error.path.table))
    for error in found:  # a machine may have another number in halb.toml than in the plan
        error.path = plan.at(error.path.name, error.path.number)
    return found


def vrrp_version(plan: Plan) -> int:
    """3 where there is an IPv6 VIP (RFC 9568), else 2 (RFC 3768), which alone has a password.

    keepalived 2.2.7 speaks version 3 for IPv4 too, and rounds intervals of version 2 to whole seconds. Halb stays with
    version 2 there, which every router and every older keepalived understands, and refuses the fraction.
    """
    return 2 if plan.vip.version == 4 and plan.vip6 is None else 3


def script_weight(priorities: Iterable[int], *, preempt: bool) -> int:
    """The weight of the check: lower than all priorities are apart, or 0 for the sticky form.

    With it a load balancer that passes stands above everyone that fails, whoever fails, and the VIP stays somewhere
    when all fail. 0 puts a load balancer that fails out of the election (FAULT), which is the only way for the VIP to
    leave under nopreempt (measured with keepalived 2.2.7).
    """
    if not preempt:
        return 0
    known = list(priorities)
    return max(min(known) - max(known) - WEIGHT_MARGIN, LOWEST_WEIGHT)


def _shared(plan: Plan) -> list[ApiServer]:
    """The control-plane nodes that are load balancers too."""
    addresses = {lb.address for lb in plan.load_balancers}
    return [node for node in plan.control_plane if node.address in addresses]


def _ports(plan: Plan) -> Iterator[PlanError]:
    health = plan.haproxy.health_port
    path = KeyPath("haproxy", 0, "health-port")
    if health == plan.port:
        yield PlanError(path, f"{health} is the endpoint's port too, and haproxy can't bind both; write another")
    taken = {node.port: node for node in reversed(_shared(plan))}
    if plan.haproxy.bind == "any" and plan.port in taken:
        name = taken[plan.port].name
        free = next(port for port in range(STACKED_PORT, 65536) if port not in {*taken, health})
        yield PlanError(
            KeyPath("cluster", 0, "port"),
            f"{plan.port} is the port of the API server on {name}, where haproxy has to bind it too; write port = "
            f"{free}",
        )
    if health in taken:
        yield PlanError(
            path,
            f"{health} is the port of the API server on {taken[health].name}, where haproxy has to bind it too; write "
            "another",
        )


def _layout(plan: Plan) -> Iterator[PlanError]:
    nodes = {node.address: node for node in plan.control_plane}
    for number, lb in enumerate(plan.load_balancers):
        node = nodes.get(lb.address)
        if plan.layout == "stacked" and node is None:
            yield PlanError(
                KeyPath("lb", number, "address"),
                f"'{lb.address}' is not a control-plane node's, which the layout 'stacked' wants; write the address of "
                'one, or layout = "dedicated"',
                lb.name,
            )
        if plan.layout == "dedicated" and node is not None:
            yield PlanError(
                KeyPath("cluster", 0, "layout"),
                f"the load balancer {lb.name} has the address {lb.address} of the control-plane node {node.name}; "
                'write layout = "stacked" if they are one machine',
            )


def _control_plane(plan: Plan) -> Iterator[PlanError]:
    if not plan.control_plane:
        reason = f"there is no [[control_plane]] table; {SCHEMA['control_plane'].absent}"
        yield PlanError(KeyPath("control_plane", 0, ""), reason, text=reason)
    yield from _other_family("control_plane", plan.control_plane, plan)


def _other_family(table: str, machines: Sequence[ApiServer | Balancer], plan: Plan) -> Iterator[PlanError]:
    vip = plan.vip
    for number, machine in enumerate(machines):
        if machine.address.version != vip.version:
            yield PlanError(
                KeyPath(table, number, "address"),
                f"'{machine.address}' is IPv{machine.address.version}, and the VIP {vip} is IPv{vip.version}; "
                f"write the IPv{vip.version} address here",
                machine.name,
            )


def _run(plan: Plan) -> Iterator[PlanError]:
    if plan.haproxy.run == "static-pod" and plan.vrrp.track == "process":
        yield PlanError(
            KeyPath("vrrp", 0, "track"),
            "'process' needs the kernel's process events, which keepalived does not get in a static pod; write track = "
            '"script", or [haproxy] run = "package"',
        )


def _releases(plan: Plan) -> Iterator[PlanError]:
    """Whether the files can be read by the oldest release that is said to be there."""
    said = (
        ("haproxy", "haproxy", plan.haproxy.version, HAPROXY_RELEASE),
        ("keepalived", "vrrp", plan.vrrp.version, KEEPALIVED_RELEASE),
    )
    for daemon, table, stated, needed in said:
        if stated is not None and _numbers(stated) < _numbers(needed):
            reason = f"{daemon} {stated} does not take the files that halb writes; install {needed} or later"
            yield PlanError(KeyPath(table, 0, "version"), f'{reason}, and write version = "{needed}" or that release')


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def _vrrp(plan: Plan) -> Iterator[PlanError]:
    seconds = plan.vrrp.advert_int
    path = KeyPath("vrrp", 0, "advert_int")
    if vrrp_version(plan) == 2:
        if not seconds.is_integer():
            yield PlanError(
                path,
                f"with an IPv4 VIP halb's files use VRRPv2, which has whole seconds only, not {seconds:g}; write "
                f"{max(1, round(seconds))}.0",
            )
        return
    if plan.vrrp.auth_pass is not None:
        yield PlanError(
            KeyPath("vrrp", 0, "auth_pass"), "an IPv6 VIP needs VRRPv3, which has no password; leave auth_pass out"
        )
    if seconds > LONGEST_ADVERT_INT:
        reason = f"VRRPv3, which an IPv6 VIP needs, has {LONGEST_ADVERT_INT} seconds at most, not {seconds:g}"
        yield PlanError(path, f"{reason}; write 1.0")
    elif round(seconds * 100) / 100 != seconds:
        reason = f"VRRPv3, which an IPv6 VIP needs, has hundredths of a second, not {seconds:g}"
        yield PlanError(path, f"{reason}; write {max(0.01, round(seconds, 2))}")


def _load_balancers(plan: Plan) -> Iterator[PlanError]:
    lbs, fewest = plan.load_balancers, SCHEMA["lb"].least
    if not fewest <= len(lbs) <= MOST:
        reason = f"a plan has {fewest} to {MOST} load balancers, not {len(lbs)}; write one [[lb]] for each"
        yield PlanError(KeyPath("lb", 0, ""), reason, text=reason)
    for number, lb in enumerate(lbs):
        if lb.name.lower() in _WRITTEN:
            yield PlanError(
                KeyPath("lb", number, "name"), f"'{lb.name}' is a file that is written next to it; choose another"
            )
        if odd := _UNWRITABLE.search(lb.interface):
            yield PlanError(
                KeyPath("lb", number, "interface"),
                f"'{lb.interface}' has the character {odd[0]}, which can't be written in a name in keepalived.conf; "
                "give the interface another name",
                lb.name,
            )


def _networks(plan: Plan) -> Iterator[PlanError]:
    yield from _other_family("lb", plan.load_balancers, plan)
    for number, lb in enumerate(plan.load_balancers):
        if lb.address.version == plan.vip.version and lb.address not in plan.vip.network:
            yield _outside(lb, "address", lb.address, plan.vip)
        if plan.vip6 is None and lb.address6 is not None:
            advice = "write the second family's VIP, or leave address6 out there"
            yield PlanError(
                KeyPath("vip", 0, "address6"),
                f"is missing, but the load balancer {lb.name} has one; {advice}",
                text=f"[vip] has no address6, but [[lb]] {lb.name} has one; {advice}",
            )
        elif plan.vip6 is not None and lb.address6 is None:
            advice = f"but the VIP has: {plan.vip6}; write its IPv6 address"
            yield PlanError(
                KeyPath("lb", number, "address6"),
                f"is missing, {advice}",
                text=f"[[lb]] {lb.name} has no address6, {advice}",
            )
        elif plan.vip6 is not None and lb.address6 is not None and lb.address6 not in plan.vip6.network:
            yield _outside(lb, "address6", lb.address6, plan.vip6)


def _outside(lb: Balancer, key: str, address: IPAddress, vip: IPInterface) -> PlanError:
    return PlanError(
        KeyPath("vip", 0, key),
        f"'{vip}' is in the network {vip.network}, where the load balancer {lb.name} with {address} is not; write an "
        "unused address of the load balancers' network, with that network's prefix length",
    )


def _priorities(plan: Plan) -> Iterator[PlanError]:
    """With preempt, the highest of the healthy must win over every failed one; sticky ones stay where they are."""
    lbs = plan.load_balancers
    if not plan.vrrp.preempt or not lbs:
        return
    holders: dict[int, list[int]] = {}
    for number, lb in enumerate(lbs):
        holders.setdefault(lb.priority, []).append(number)

    def wrong(priority: int, reason: str) -> PlanError:
        number = holders[priority][-1]
        return PlanError(KeyPath("lb", number, "priority"), f"{reason}; write {_EXAMPLE}")

    for priority, numbers in holders.items():
        if len(numbers) > 1:
            names = listed(lbs[number].name for number in numbers)
            yield wrong(priority, f"{names} have {priority} each, so that chance decides which one gets the VIP")
    lowest, highest = min(holders), max(holders)
    if lowest < 2:
        names = listed(lbs[number].name for number in holders[lowest])
        reason = "a failed load balancer can't get below that: on a tie it keeps the VIP"
        yield wrong(lowest, f"{names} has {lowest}, and {reason}")
    if -(highest - lowest + WEIGHT_MARGIN) < LOWEST_WEIGHT:
        yield wrong(
            lowest,
            f"{highest} and {lowest} are {highest - lowest} apart, and keepalived has no weight that puts a failed "
            f"load balancer below the others with more than {-LOWEST_WEIGHT - WEIGHT_MARGIN}",
        )
