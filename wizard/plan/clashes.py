"""What the values of a plan say against each other; each clash is a PlanError at the key that has to change.

Every check asks for what it needs and no more, so that it is made as soon as that is known, whatever else is missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rules.plan import (
    FAST_ADVERT_INT,
    SCHEMA,
    STACKED_PORT,
    UNKNOWN,
    Draft,
    DraftPart,
    KeyPath,
    Phase,
    Plan,
    PlanError,
    Values,
    as_far_as_known,
    unreadable,
    usual_value,
    values_of,
)
from rules.plan.together import together
from wizard.plan.placing import layout, networks, other_family
from wizard.plan.priorities import priorities

MOST = 6
"""Load balancers: more than six only add adverts."""

LONGEST_ADVERT_INT = 40.95
"""Seconds, in VRRPv3: 12 bits of centiseconds in the packet (RFC 9568, section 5.2.7)."""

_WRITTEN = ("halb.toml", "kubeadm-config.yaml", "runbook.md")
_UNWRITABLE = re.compile(r"""["'#!{}$\\]""")
_PORT, _HEALTH = KeyPath("cluster", 0, "port"), KeyPath("haproxy", 0, "health-port")
_ADVERT_INT, _TAKEOVER = KeyPath("vrrp", 0, "advert_int"), KeyPath("vrrp", 0, "takeover")
_PASSWORD = KeyPath("vrrp", 0, "auth_pass")


def check_plan(plan: Plan) -> list[PlanError]:
    """What the values of a plan say against each other, in the order of the tables; [] when they go together."""
    values = values_of(plan)
    first = list(unreadable(values))
    known = {path: value for path, value in values.items() if path not in {error.path for error in first}}
    found = _in_order([*first, *clashes(known), *_numbers(Draft(values))])
    for error in found:  # a machine may have another number in halb.toml than in the plan
        error.path = plan.at(error.path.name, error.path.number)
    return found


def clashes(said: Values) -> list[PlanError]:
    """What values say against each other, however few of them are known, in the order of the tables.

    UNKNOWN stands for those that somebody has said and that can't be read.
    """
    values, errors = as_far_as_known(said)
    known = Draft(values)
    errors += together({path: value for path, value in said.items() if value is not UNKNOWN})
    errors += _ports(known, said)
    errors += _vrrp(known, said)
    errors += networks(known, said)
    for check in (layout, other_family, priorities, _run, _most, _names):
        errors += check(known)
    return _in_order(errors)


def _in_order(errors: Iterable[PlanError]) -> list[PlanError]:
    tables = list(SCHEMA)
    return sorted(errors, key=lambda error: tables.index(error.path.table))


def vrrp_version(plan: Plan) -> int:
    """3 where there is an IPv6 VIP or a fast takeover (RFC 9568), else 2 (RFC 3768), which alone has a password.

    keepalived 2.2.7 speaks version 3 for IPv4 too, and rounds intervals of version 2 to whole seconds. Halb stays with
    version 2 there unless told otherwise, as every router and every older keepalived understands it, and refuses the
    fraction.
    """
    return 2 if plan.vip.version == 4 and plan.vip6 is None and plan.vrrp.takeover == "normal" else 3


def _ports(known: Draft, said: Values) -> Iterator[PlanError]:
    """Ports that haproxy has to bind twice, or that an API server on the same machine has."""
    addresses = {lb.address: KeyPath("lb", number, "address") for number, lb in enumerate(known.load_balancers)}
    shared = [node for node in known.control_plane if node.address is not None and node.address in addresses]
    taken = {node.port: node for node in reversed(shared) if node.port is not None}
    port, health = known.port, known.haproxy.health_port
    if port is not None and port == health:
        yield _twice(port, taken, said)
    # A port that nobody chose follows from the layout: if that does not fit the machines, the layout is what is wrong.
    if known.haproxy.bind == "any" and port in taken and (_PORT in said or known.layout == "stacked"):
        yield _port_of_api_server(known, taken, [addresses[node.address] for node in shared if node.port == port])
    if health in taken:
        yield PlanError(
            _HEALTH,
            f"{health} is the port of the API server on {_named(taken[health])}, where haproxy has to bind it too; "
            "write another",
            proposal=_free({port, *taken}, health),
        )


def _twice(port: int, taken: Collection[int], said: Values) -> PlanError:
    """The endpoint's port is that of the health check too: wrong is the one that somebody chose."""
    if _PORT not in said or _HEALTH in said:
        reason = f"{port} is the endpoint's port too, and haproxy can't bind both; write another"
        return PlanError(_HEALTH, reason, others=(_PORT,), proposal=_free({port, *taken}, port))
    readable = {path: value for path, value in said.items() if value is not UNKNOWN}
    return PlanError(
        _PORT,
        f"{port} is the port on which keepalived asks haproxy for its health, and haproxy can't bind both; write "
        "another",
        proposal=str(usual_value(_PORT, readable) or ""),
    )


def _port_of_api_server(known: Draft, taken: Mapping[int, DraftPart], lbs: Sequence[KeyPath]) -> PlanError:
    """The endpoint's port is taken: another one is wanted, or the VIP alone where clients know this one."""
    port = known.port
    clash = f"{port} is the port of the API server on {_named(taken[port])}, where haproxy has to bind it too; "
    if known.phase == Phase.CUTOVER:
        why = "clients know that port already: "
        return PlanError(
            KeyPath("haproxy", 0, "bind"),
            f"{clash}{why}choose the VIP alone",
            in_file=f'{clash}{why}write bind = "vip"',
            others=(*lbs, _PORT),
            proposal="vip",
        )
    free = _free({*taken, known.haproxy.health_port}, STACKED_PORT - 1)
    return PlanError(
        _PORT,
        f"{clash}write {free}, or let haproxy listen on the VIP alone (F9)",
        in_file=f"{clash}write port = {free}",
        others=lbs,
        proposal=free,
    )


def _named(node: DraftPart) -> str:
    return str(node.name or node.address)


def _free(taken: set[Any], after: int) -> str:
    """The next port above `after` that is not taken, as one types it; "" where there is none."""
    return next((str(port) for port in range(after + 1, 65536) if port not in taken), "")


def _run(known: Draft) -> Iterator[PlanError]:
    if known.haproxy.run == "static-pod" and known.vrrp.track == "process":
        why = "'process' needs the kernel's process events, which keepalived does not get in a static pod; "
        yield PlanError(
            KeyPath("vrrp", 0, "track"),
            f"{why}choose script, or run haproxy as a package (F9)",
            in_file=f'{why}write track = "script", or [haproxy] run = "package"',
            proposal="script",
        )


def _vrrp(known: Draft, said: Values) -> Iterator[PlanError]:
    second = said.get(KeyPath("vip", 0, "address6"))
    fast = known.vrrp.takeover == "fast"
    if known.vip6 is None and (known.vip is None or second is UNKNOWN):
        return
    ipv6 = known.vip6 is not None or known.vip.version == 6
    if known.vrrp.auth_pass is not None and (fast or ipv6):
        words = f"{_needing(ipv6)} needs VRRPv3, which has no password"
        yield PlanError(_PASSWORD, f"{words}; leave it empty", in_file=f"{words}; leave auth_pass out")
    seconds = known.vrrp.advert_int
    if seconds is None:
        return
    takeover = said.get(_TAKEOVER)
    if not ipv6 and (not fast or takeover is None):
        yield from _whole(seconds)
    elif fast and seconds > FAST_ADVERT_INT:
        reason = f"a fast takeover needs an advert every {FAST_ADVERT_INT:g} seconds at least, not every {seconds:g}"
        yield PlanError(_ADVERT_INT, f"{reason}; write 0.2", others=(_TAKEOVER,), proposal="0.2")
    elif takeover == "normal" and seconds <= FAST_ADVERT_INT:
        reason = f"an advert every {seconds:g} seconds is the fast takeover"
        yield PlanError(
            _TAKEOVER,
            f"{reason}; choose fast",
            in_file=f'{reason}; write takeover = "fast"',
            others=(_ADVERT_INT,),
            proposal="fast",
        )
    else:
        yield from _hundredths(seconds, _needing(ipv6))


def _needing(ipv6: bool) -> str:
    return "an IPv6 VIP" if ipv6 else "a fast takeover"


def _whole(seconds: float) -> Iterator[PlanError]:
    """A fraction in version 2: version 3 has to be chosen, as all routers of the VIP have to speak it."""
    if seconds.is_integer():
        return
    whole = f"{max(1, round(seconds))}.0"
    reason = f"with an IPv4 VIP halb's files use VRRPv2, which has whole seconds only, not {seconds:g}"
    if seconds <= FAST_ADVERT_INT:
        yield PlanError(
            _ADVERT_INT,
            f"{reason}; write {whole}, or choose the fast takeover",
            in_file=f'{reason}; write {whole}, or takeover = "fast"',
            proposal=whole,
        )
    else:
        yield PlanError(_ADVERT_INT, f"{reason}; write {whole}", proposal=whole)


def _hundredths(seconds: float, needing: str) -> Iterator[PlanError]:
    """What VRRPv3 can't say."""
    if seconds > LONGEST_ADVERT_INT:
        reason = f"VRRPv3, which {needing} needs, has {LONGEST_ADVERT_INT} seconds at most, not {seconds:g}"
        yield PlanError(_ADVERT_INT, f"{reason}; write 1.0", proposal="1.0")
    elif round(seconds * 100) / 100 != seconds:
        near = f"{max(0.01, round(seconds, 2))}"
        reason = f"VRRPv3, which {needing} needs, has hundredths of a second, not {seconds:g}"
        yield PlanError(_ADVERT_INT, f"{reason}; write {near}", proposal=near)


def _numbers(known: Draft) -> Iterator[PlanError]:
    """Too few machines: of a plan that is not complete, they are among what is missing."""
    if not known.control_plane:
        text = f"there is no [[control_plane]] table; {SCHEMA['control_plane'].absent}"
        yield PlanError(KeyPath("control_plane", 0, ""), "there is no control-plane node; name one", text=text)
    if (count := len(known.load_balancers)) < SCHEMA["lb"].least:
        yield _wrong_number(count, KeyPath("lb", 0, ""))


def _most(known: Draft) -> Iterator[PlanError]:
    if (count := len(known.load_balancers)) > MOST:
        yield _wrong_number(count, KeyPath("lb", MOST, "name"))


def _wrong_number(count: int, path: KeyPath) -> PlanError:
    reason = f"a plan has {SCHEMA['lb'].least} to {MOST} load balancers, not {count}"
    return PlanError(path, f"{reason}; more than that only add adverts", text=f"{reason}; write one [[lb]] for each")


def _names(known: Draft) -> Iterator[PlanError]:
    machines: Sequence[DraftPart] = known.load_balancers
    for number, lb in enumerate(machines):
        if lb.name is not None and lb.name.lower() in _WRITTEN:
            yield PlanError(
                KeyPath("lb", number, "name"), f"'{lb.name}' is a file that is written next to it; choose another"
            )
        if lb.interface is not None and (odd := _UNWRITABLE.search(lb.interface)):
            yield PlanError(
                KeyPath("lb", number, "interface"),
                f"'{lb.interface}' has the character {odd[0]}, which can't be written in a name in keepalived.conf; "
                "give the interface another name",
                lb.name or "",
            )
