"""Live checks of one step's answers: what the network and this machine say about them, in words beside the fields.

They are for information and block nothing; what is wrong with answers is said by `judge`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from pathlib import Path

from rules.live import IPAddress, NameServer
from rules.plan import API_PORT, KeyPath, check_value, usual_value
from wizard.probes.neighbours import ask_neighbours, ask_routers, is_load_balancer
from wizard.probes.results import (
    CheckedAnswers,
    CheckResult,
    CheckStatus,
    ProbedMachine,
    api_server_result,
    dns_results,
    health_result,
    local_results,
    result,
    vip_result,
)
from wizard.questions.answers import Answers, Place, fault, values_of_answers
from wizard.questions.known.derived import port_of
from wizard.questions.known.mending import read

_CHECK = Place("haproxy", 0, "check")


def checked_answers(answers: Answers) -> CheckedAnswers:
    """What of the answers is right and can be asked about."""
    answers = read(answers).right
    vips = [_value(answers, Place("vip", 0, key)) for key in ("address", "address6")]
    return CheckedAnswers(
        name=str(_value(answers, Place("cluster", 0, "endpoint")) or ""),
        port=port_of(answers) or API_PORT,
        masters=tuple(_machines(answers, "control_plane")),
        vips=tuple(vip.ip for vip in vips if isinstance(vip, IPv4Interface | IPv6Interface)),
        balancers=tuple(_machines(answers, "lb")),
    )


def subject(step_key: str, answers: Answers) -> tuple[object, ...]:
    """What the checks of a step depend on: as long as it is the same there is no reason to ask again.

    Empty when there is nothing to ask.
    """
    facts = checked_answers(answers)
    master = facts.initial_master
    if step_key == "dns" and facts.name:
        return (facts.name, master and master.address, facts.vips)
    if step_key == "initial-master" and master is not None:
        return (facts.name, master)
    if step_key == "control-plane":
        others = tuple(machine for machine in facts.masters if machine.number)
        return (facts.name, *others) if others else ()
    if step_key == "vip" and facts.vips:
        return (facts.name, facts.port, *facts.vips)
    if step_key == "vrrp":
        router = _router(answers)
        return (router, facts) if router is not None and is_load_balancer(facts) else ()
    if step_key == "haproxy" and facts.masters:
        return (facts.name, _check(answers), *facts.masters)
    return facts.balancers if step_key == "load-balancers" else ()


def offline_results(step_key: str, answers: Answers) -> tuple[CheckResult, ...]:
    """What the live checks of a step would be about, where nothing may be asked."""
    facts = checked_answers(answers)
    if not subject(step_key, answers):
        return ()
    if step_key == "dns":
        about = [f"name servers about {facts.name}"]
    elif step_key == "vip":
        about = [f"{vip} port {facts.port}" for vip in facts.vips]
    elif step_key == "vrrp":
        about = ["other virtual routers here"]
    elif step_key == "load-balancers":
        about = [f"interface of {machine.label}" for machine in facts.balancers]
    elif step_key == "haproxy":
        about = [f"{machine.label} port {machine.port}" for machine in facts.masters]
    else:
        wanted = [machine for machine in facts.masters if (machine.number == 0) == (step_key == "initial-master")]
        about = [f"{machine.label} port {machine.port}" for machine in wanted]
    return tuple(result(CheckStatus.INFO, f"{what}: not asked (offline)") for what in about)


async def run_checks(
    step_key: str, answers: Answers, *, resolvers: Sequence[NameServer | str] | None, timeout: float = 3.0
) -> tuple[CheckResult, ...]:
    """The results of a step's live checks, within about `timeout` seconds; empty when there is nothing to ask.

    `resolvers` are servers or texts such as `10.0.0.53:5353`; None stands for those of this machine. Nothing raises but
    the cancellation; a check that fails in an unforeseen way says so in its result.
    """
    if not subject(step_key, answers):
        return ()
    facts = checked_answers(answers)
    try:
        # Loading dnspython and OpenSSL takes longer than a frame of the screen; a thread does not hold the loop.
        await asyncio.to_thread(_load, step_key)
        deadline = asyncio.get_running_loop().time() + timeout
        if step_key == "dns":
            return await ask_name(facts, name_servers(resolvers), deadline)
        if step_key == "vip":
            asking = (ask_vips(facts.vips, facts.port, facts.name, deadline), ask_neighbours(facts.vips))
            return tuple(one for results in await asyncio.gather(*asking) for one in results)
        if step_key == "vrrp":
            return await ask_routers(facts, _router(answers) or 0, timeout)
        if step_key == "load-balancers":
            return look_at_this_machine(facts.balancers)
        if step_key == "haproxy":
            return await ask_for_health(facts, _check(answers), deadline)
        wanted = [machine for machine in facts.masters if (machine.number == 0) == (step_key == "initial-master")]
        return await ask_api_servers(wanted, facts.name, deadline)
    except Exception as error:  # a crash would help nobody who is filling in a form
        return (result(CheckStatus.INFO, f"the check failed: {error or type(error).__name__}"),)


def checks_of_name(
    answers: Answers, *, resolvers: Sequence[NameServer | str] | None, timeout: float
) -> tuple[CheckResult, ...]:
    """As `run_checks` of the name, for who has no event loop."""
    return asyncio.run(run_checks("dns", answers, resolvers=resolvers, timeout=timeout))


def name_servers(resolvers: Sequence[NameServer | str] | None) -> tuple[NameServer, ...] | None:
    """The servers for these texts; None stays None. Raises ValueError that says how to write one."""
    from rules.live import parse_resolver

    if resolvers is None:
        return None
    return tuple(parse_resolver(server) if isinstance(server, str) else server for server in resolvers)


def _load(step_key: str) -> None:
    from rules.live import load_asking

    load_asking(names=step_key == "dns", machines=step_key not in ("dns", "load-balancers", "vrrp"))


def _value(answers: Answers, place: Place) -> object:
    """The value of an answer as its key reads it; None for a wrong one and for none."""
    text = answers[place]
    if not text:
        return None
    try:
        return check_value(place.table, place.key, int(text) if place.key == "port" else text)
    except ValueError:
        return None


def _router(answers: Answers) -> int | None:
    """The VRID that the plan would have: the one that was typed, or what follows from the name and the VIP."""
    path = KeyPath("vrrp", 0, "virtual_router_id")
    if fault(path, answers[path]):
        return None
    values = values_of_answers(answers)
    found = values.get(path) or usual_value(path, values)
    return found if isinstance(found, int) else None


def _check(answers: Answers) -> str:
    """The kind of haproxy's health check; "" for a wrong answer, which its field says."""
    return str(_value(answers, _CHECK) or "") or ("readyz" if not answers[_CHECK] else "")


def _port(answers: Answers, place: Place) -> int:
    value = _value(answers, place)
    return value if isinstance(value, int) else API_PORT


def _machines(answers: Answers, table: str) -> Iterator[ProbedMachine]:
    for number in range(answers.count(table)):
        address = _value(answers, Place(table, number, "address"))
        if isinstance(address, IPv4Address | IPv6Address):
            name = str(_value(answers, Place(table, number, "name")) or "")
            interface = answers[Place(table, number, "interface")]
            yield ProbedMachine(number, name, address, _port(answers, Place(table, number, "port")), interface)


async def ask_name(
    facts: CheckedAnswers, resolvers: Sequence[NameServer] | None, deadline: float
) -> tuple[CheckResult, ...]:
    """Where the name points according to each name server, the hosts file and this machine's C library."""
    from rules.live import survey, system_resolvers, system_view

    asked = system_resolvers() if resolvers is None else resolvers
    view, system = await asyncio.gather(
        survey(facts.name, asked, deadline), system_view(facts.name, deadline, ask=resolvers is None)
    )
    return dns_results(facts, view, system)


async def ask_api_servers(machines: Sequence[ProbedMachine], name: str, deadline: float) -> tuple[CheckResult, ...]:
    """What answers on the API servers' ports; a closed port is expected before kubeadm has run there."""
    from rules.live import local_addresses, probe_all

    local = local_addresses(machine.address for machine in machines)
    sockets = [(machine.address, machine.port) for machine in machines]
    probes = await probe_all(sockets, name, deadline, local=local)
    by_socket = {(probe.address, probe.port): probe for probe in probes}
    return tuple(api_server_result(machine, by_socket[machine.address, machine.port], name) for machine in machines)


async def ask_for_health(facts: CheckedAnswers, check: str, deadline: float) -> tuple[CheckResult, ...]:
    """Whether haproxy's health check takes what the API servers answer to it."""
    from rules.live import probe_all

    sockets = [(machine.address, machine.port) for machine in facts.masters]
    probes = await probe_all(sockets, facts.name, deadline)
    return (health_result(facts.masters, probes, check),)


async def ask_vips(vips: Sequence[IPAddress], port: int, name: str, deadline: float) -> tuple[CheckResult, ...]:
    """Whether anything answers on the VIPs, which must be free until keepalived runs."""
    from rules.live import local_addresses, probe_all

    local = local_addresses(vips)
    probes = await probe_all([(vip, port) for vip in vips], name, deadline, local=local)
    return tuple(vip_result(probe, name) for probe in probes)


def look_at_this_machine(balancers: Sequence[ProbedMachine], root: Path = Path("/")) -> tuple[CheckResult, ...]:
    """Which of the load balancers this machine is, and whether it has the interface; other machines are not asked."""
    from rules.live import local_addresses

    local = local_addresses(machine.address for machine in balancers)
    here = [machine for machine in balancers if machine.address in local]
    if not here:
        return (
            result(
                CheckStatus.INFO, "this machine is not one of these, so their interfaces can't be checked from here"
            ),
        )
    return tuple(one for machine in here for one in local_results(machine, root))
