"""Live checks of a step's answers: what is asked, against servers on loopback, and the words for what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.live.observations import Contact, DnsView, HostsEntry, IPAddress, NameServer, Probe, ReplyKind, SystemView
from rules.plan.model import Phase
from tests.live.dns.name_servers import free_port, loopback
from tests.live.scripted import Scripted, scripted, serving, silent
from tests.live.tls.api_servers import ApiServer, Behaviour
from tests.live.tls.certificates import Authority
from tests.wizard.questions.sessions import answer_sets
from tests.wizard.tui.support.ends import ENDPOINT, MASTER
from tests.wizard.verify.views import NAME, NS1, R1, certificate, reply
from wizard.probes.ask import ask_vips, checked_answers, look_at_this_machine, name_servers, run_checks, subject
from wizard.probes.interfaces import AttachedInterface, attached_to, interfaces
from wizard.probes.results import (
    CheckedAnswers,
    CheckResult,
    CheckStatus,
    ProbedMachine,
    api_server_result,
    dns_results,
    vip_result,
)
from wizard.questions.answers import Answers, Place

VIP = Place("vip", 0, "address")
PATIENT = 5.0  # seconds
AT = "192.168.2.151"

STEPS = ("dns", "initial-master", "control-plane", "vip", "load-balancers", "haproxy")


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def resolver(servers: ExitStack, *addresses: str) -> Scripted:
    """A resolver that gives these addresses for the name; without any, NXDOMAIN."""
    records = [f"{NAME}. 60 IN A {address}" for address in addresses]
    return servers.enter_context(scripted(serving({(NAME, "A"): records} if records else {})))


def said(step: str, answers: Answers, *asked: Scripted, timeout: float = PATIENT) -> list[CheckResult]:
    """What the checks say, without the hosts file's lines of the machine that the tests run on."""
    return list(asyncio.run(run_checks(step, answers, resolvers=[one.server for one in asked], timeout=timeout)))


def named(**more: str) -> Answers:
    answers = Answers({ENDPOINT: NAME})
    if "master" in more:
        answers = answers.put(MASTER, more["master"])
    return answers.put(VIP, more["vip"]) if "vip" in more else answers


# The DNS name


def test_a_name_that_leads_to_the_initial_master_is_right(servers: ExitStack) -> None:
    server = resolver(servers, AT)
    assert said("dns", named(master=AT), server) == [
        CheckResult(CheckStatus.OK, f"{server.server.label}: {AT} (the initial master)", Phase.BOOTSTRAP)
    ]


def test_a_name_that_leads_to_the_vip_is_right(servers: ExitStack) -> None:
    (result,) = said("dns", named(master="192.168.2.151", vip="192.168.2.140/24"), resolver(servers, "192.168.2.140"))
    assert result.status is CheckStatus.OK
    assert result.text.endswith("192.168.2.140 (the VIP)")


def test_a_name_that_leads_elsewhere_is_told_with_where_it_should_lead(servers: ExitStack) -> None:
    (result,) = said("dns", named(master=AT, vip="192.168.2.140/24"), resolver(servers, "203.0.113.9"))
    assert result.status is CheckStatus.WARN
    assert result.text.endswith(f"203.0.113.9, not {AT} or 192.168.2.140")


def test_a_name_is_not_judged_before_the_initial_master_is_known(servers: ExitStack) -> None:
    (result,) = said("dns", named(), resolver(servers, "203.0.113.9"))
    assert result.status is CheckStatus.OK


def test_a_name_that_is_not_there_yet_is_no_fault(servers: ExitStack) -> None:
    (result,) = said("dns", named(), resolver(servers))
    assert result.status is CheckStatus.INFO
    assert result.text.endswith("no such name yet")


def test_resolvers_that_differ_are_told_one_by_one_and_together(servers: ExitStack) -> None:
    one, other = resolver(servers, AT), resolver(servers, "192.168.2.152")
    results = said("dns", named(master=AT), one, other)
    assert [result.status for result in results] == [CheckStatus.OK, CheckStatus.WARN, CheckStatus.WARN]
    assert "disagree" in results[2].text


def test_a_silent_resolver_fails_within_the_timeout(servers: ExitStack) -> None:
    server = servers.enter_context(scripted(silent))
    (result,) = said("dns", named(), server, timeout=0.3)
    assert result == CheckResult(CheckStatus.FAIL, f"{server.server.label} does not answer")


def test_checks_end_at_once_when_they_are_cancelled(servers: ExitStack) -> None:
    server = servers.enter_context(scripted(silent))

    async def scene() -> None:
        task = asyncio.create_task(run_checks("dns", named(), resolvers=[server.server], timeout=3600.0))
        while not server.heard:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENT)

    asyncio.run(scene())


def test_a_resolver_written_wrongly_is_said_and_not_raised() -> None:
    (result,) = asyncio.run(run_checks("dns", named(), resolvers=["nowhere"]))
    assert result.status is CheckStatus.INFO
    assert "'nowhere' is not an address" in result.text
    assert name_servers(["10.0.0.53:5353"]) == (NameServer("10.0.0.53", 5353),)


def test_the_hosts_file_is_told_as_it_hides_dns() -> None:
    system = SystemView(hosts=(HostsEntry(ip_address(AT), 7, 0, 0),))
    (result,) = dns_results(CheckedAnswers(NAME, 6443), DnsView(), system)
    assert result == CheckResult(
        CheckStatus.WARN, f"line 7 of this machine's /etc/hosts says {AT}, which hides what DNS says"
    )


def test_an_authoritative_server_that_can_not_be_asked_from_here_is_no_fault() -> None:
    view = DnsView((reply(NS1, kind=ReplyKind.TIMEOUT),))
    assert dns_results(CheckedAnswers(NAME, 6443), view, SystemView())[0].status is CheckStatus.INFO
    view = DnsView((reply(R1, kind=ReplyKind.SERVFAIL),))
    assert dns_results(CheckedAnswers(NAME, 6443), view, SystemView())[0].status is CheckStatus.FAIL


def test_what_servers_say_can_not_reach_the_terminal() -> None:
    hostile = reply(R1, kind=ReplyKind.RCODE)._replace(detail="\x1b[2J\x00[bold]" + "x" * 5000)
    (result,) = dns_results(CheckedAnswers(NAME, 6443), DnsView((hostile,)), SystemView())
    assert result.text.isprintable()
    assert len(result.text) < 300


# The control plane


def master_at(address: str, port: int) -> Answers:
    return named(master=address).put(Place("control_plane", 0, "port"), str(port))


def test_a_closed_port_is_as_it_has_to_be_before_kubeadm() -> None:
    address = loopback()
    (result,) = said("initial-master", master_at(address, free_port(address)))
    assert result.status is CheckStatus.INFO
    assert result.text.endswith("is closed, as expected before 'kubeadm init'")


@pytest.mark.parametrize(
    ("name", "behaviour", "http", "status", "text"),
    [
        (NAME, Behaviour.SERVE, 200, CheckStatus.OK, "an API server answers"),
        (NAME, Behaviour.SERVE, 403, CheckStatus.OK, "an API server answers"),
        ("kubernetes", Behaviour.SERVE, 200, CheckStatus.WARN, f"whose certificate is not for {NAME}"),
        (NAME, Behaviour.SERVE, 500, CheckStatus.WARN, "not a healthy API server: TLS, /readyz 500"),
        (NAME, Behaviour.PLAIN, 200, CheckStatus.WARN, "not a healthy API server: plain HTTP"),
        (NAME, Behaviour.CLOSE, 200, CheckStatus.WARN, "not a healthy API server: connection closed"),
    ],
)
def test_what_answers_on_the_initial_master(
    servers: ExitStack, name: str, behaviour: Behaviour, http: int, status: CheckStatus, text: str
) -> None:
    issued = Authority().issue([name])
    server = servers.enter_context(ApiServer(loopback(), 0, issued, behaviour=behaviour, status=http))
    (result,) = said("initial-master", master_at(server.address, server.port))
    assert result.status is status
    assert text in result.text


CHECK = Place("haproxy", 0, "check")


@pytest.mark.parametrize(
    ("http", "check", "status", "text"),
    [
        (200, "", CheckStatus.OK, "haproxy's check takes what first answers"),
        (
            401,
            "",
            CheckStatus.WARN,
            "first answers 401 to haproxy's check: choose readyz-401, or haproxy takes it for dead",
        ),
        (403, "readyz", CheckStatus.WARN, "first answers 403 to haproxy's check: choose readyz-401"),
        (401, "readyz-401", CheckStatus.OK, "haproxy's check takes what first answers"),
        (401, "tcp", CheckStatus.OK, "haproxy's check takes what first answers"),
        (500, "", CheckStatus.INFO, "no API server answers yet"),
    ],
)
def test_haproxys_check_has_to_take_what_the_api_servers_answer(
    servers: ExitStack, http: int, check: str, status: CheckStatus, text: str
) -> None:
    issued = Authority().issue([NAME])
    server = servers.enter_context(ApiServer(loopback(), 0, issued, status=http))
    answers = master_at(server.address, server.port).put(Place("control_plane", 0, "name"), "first").put(CHECK, check)
    (result,) = said("haproxy", answers)
    assert result.status is status
    assert text in result.text
    assert subject("haproxy", answers) != subject("haproxy", answers.put(CHECK, "tcp" if check != "tcp" else "readyz"))


def test_the_other_nodes_are_asked_in_their_own_step() -> None:
    address = loopback()
    answers = master_at(address, 6443).put(Place("control_plane", 1, "address"), address)
    answers = answers.put(Place("control_plane", 1, "name"), "k8s-master2")
    answers = answers.put(Place("control_plane", 1, "port"), str(free_port(address)))
    (result,) = said("control-plane", answers)
    assert result.text.startswith("k8s-master2 (this machine): port ")
    assert result.text.endswith("'kubeadm join'")


def test_a_machine_that_does_not_answer_is_told() -> None:
    machine = ProbedMachine(0, "k8s-master1", ip_address(AT))
    result = api_server_result(machine, Probe(machine.address, 6443, Contact.TIMEOUT), NAME)
    assert result == CheckResult(CheckStatus.WARN, "k8s-master1: port 6443: no answer; is the machine up?")


# The VIP


def test_a_vip_of_this_machine_is_told() -> None:
    address = loopback()

    async def ask() -> tuple[CheckResult, ...]:
        deadline = asyncio.get_running_loop().time() + PATIENT
        return await ask_vips([ip_address(address)], free_port(address), NAME, deadline)

    assert asyncio.run(ask()) == (CheckResult(CheckStatus.INFO, f"this machine has {address} right now"),)


VIP_ADDRESS: IPAddress = ip_address("192.168.2.140")


@pytest.mark.parametrize(
    ("probe", "status", "text"),
    [
        (Probe(VIP_ADDRESS, 6443, Contact.TIMEOUT), CheckStatus.OK, "nothing answers"),
        (Probe(VIP_ADDRESS, 6443, Contact.UNREACHABLE, detail="no route to host"), CheckStatus.OK, "nothing answers"),
        (Probe(VIP_ADDRESS, 6443, Contact.UNREACHABLE, detail="network is unreachable"), CheckStatus.INFO, "from here"),
        (Probe(VIP_ADDRESS, 6443, Contact.REFUSED), CheckStatus.WARN, "a machine has this address, or a firewall"),
        (Probe(VIP_ADDRESS, 6443, Contact.PLAIN), CheckStatus.WARN, "is in use: plain HTTP"),
        (Probe(VIP_ADDRESS, 6443, Contact.HTTP, 200, certificate("another")), CheckStatus.WARN, "is in use: TLS"),
        (Probe(VIP_ADDRESS, 6443, Contact.HTTP, 200, certificate()), CheckStatus.INFO, f"already serves {NAME}"),
    ],
)
def test_what_answers_on_the_vip(probe: Probe, status: CheckStatus, text: str) -> None:
    result = vip_result(probe, NAME)
    assert result.status is status
    assert text in result.text


# The load balancers

ROUTES = (
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "ens160\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "ens160\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "ens192\t0000A8C0\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
)


def machine_root(folder: Path, routes: str = ROUTES) -> Path:
    """/sys and /proc of a machine with two interfaces, as Linux 6.1 writes them."""
    for name in ("ens160", "ens192", "lo"):
        (folder / "sys/class/net" / name).mkdir(parents=True)
    (folder / "proc/net").mkdir(parents=True)
    (folder / "proc/net/route").write_text(routes)
    (folder / "proc/net/if_inet6").write_text("fd000002000000000000000000000141 02 40 00 80   ens160\n")
    return folder


def test_the_interface_of_an_address_is_found(tmp_path: Path) -> None:
    root = machine_root(tmp_path)
    assert interfaces(root) == ("ens160", "ens192")
    assert attached_to(ip_address("192.168.2.141"), root) == (
        AttachedInterface("ens160", 24),
        AttachedInterface("ens192", 16),
    )
    assert attached_to(ip_address("10.0.0.1"), root) == ()
    assert attached_to(ip_address("fd00:2::141"), root) == (AttachedInterface("ens160", 64),)


def test_a_system_that_does_not_tell_its_interfaces_is_no_fault(tmp_path: Path) -> None:
    assert interfaces(tmp_path) == ()
    assert attached_to(ip_address("192.168.2.141"), tmp_path) == ()
    root = machine_root(tmp_path, "Iface\nnot what Linux writes\n")
    assert attached_to(ip_address("192.168.2.141"), root) == ()


@pytest.mark.parametrize(
    ("interface", "results"),
    [
        (
            "lb0",
            [
                (CheckStatus.OK, "this machine is lb1"),
                (CheckStatus.FAIL, "this machine has no interface lb0; it has ens160 and ens192"),
            ],
        ),
        ("ens160", [(CheckStatus.OK, "this machine is lb1")]),
        ("", [(CheckStatus.OK, "this machine is lb1")]),
    ],
)
def test_on_a_load_balancer_its_interface_is_looked_at(
    tmp_path: Path, interface: str, results: list[tuple[CheckStatus, str]]
) -> None:
    machine = ProbedMachine(0, "lb1", ip_address(loopback()), interface=interface)
    assert look_at_this_machine([machine], machine_root(tmp_path)) == tuple(CheckResult(*result) for result in results)


def test_an_interface_in_another_network_is_told(tmp_path: Path) -> None:
    here = ip_address("127.9.9.9")
    routes = ROUTES + "ens160\t0009097F\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    machine = ProbedMachine(0, "lb1", here, interface="ens192")
    assert look_at_this_machine([machine], machine_root(tmp_path, routes)) == (
        CheckResult(CheckStatus.OK, "this machine is lb1: ens160 has 127.9.9.9/24"),
        CheckResult(CheckStatus.WARN, "ens192 is not connected to the network of 127.9.9.9"),
    )


def test_elsewhere_the_load_balancers_are_not_asked() -> None:
    machine = ProbedMachine(0, "lb1", ip_address("192.0.2.254"))
    (result,) = look_at_this_machine([machine])
    assert result.status is CheckStatus.INFO
    assert result.text.startswith("this machine is not one of these")


# All of them


@given(answer_sets, st.sampled_from([*STEPS, "vrrp", "review", ""]))
def test_any_answers_have_a_subject_and_nothing_raises(answers: Answers, step: str) -> None:
    facts = checked_answers(answers)
    assert facts.port > 0
    assert isinstance(hash(subject(step, answers)), int)


@pytest.mark.parametrize("step", ["vrrp", "haproxy", "review", *STEPS])
def test_without_answers_nothing_is_asked(step: str) -> None:
    assert said(step, Answers()) == []
