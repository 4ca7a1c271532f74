"""The words of the live checks: replies as short phrases. Pure, except that it reads this machine's interfaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from rules.live import (
    Contact,
    DnsView,
    IPAddress,
    NameServer,
    Probe,
    Reply,
    ReplyKind,
    Role,
    SystemView,
    addresses,
    probe_words,
    reply_words,
)
from rules.plan import API_PORT, Phase
from rules.report import printable
from rules.text import clipped, listed
from wizard.probes.interfaces import attached_to, interfaces

_READY = 200  # all else that counts as alive is a refusal

_NO_ROUTE = ("network is unreachable", "address family not supported by protocol")


class CheckStatus(StrEnum):
    """How a check came out; the value is the word shown. `INFO` is neither good nor bad."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    INFO = "info"


class CheckResult(NamedTuple):
    """One result of a live check, a short phrase that is safe to print. `phase`: where the name leads, if it shows."""

    status: CheckStatus
    text: str
    phase: Phase | None = None


class ProbedMachine(NamedTuple):
    """A machine of the answers, as far as these are valid; `number` is its place in the list."""

    number: int
    name: str
    address: IPAddress
    port: int = API_PORT
    interface: str = ""

    @property
    def label(self) -> str:
        """`k8s-master1`, or the address of a machine without a name."""
        return self.name or str(self.address)


class CheckedAnswers(NamedTuple):
    """The answers that live checks are about; missing and wrong ones are left out."""

    name: str
    port: int
    masters: tuple[ProbedMachine, ...] = ()
    vips: tuple[IPAddress, ...] = ()
    balancers: tuple[ProbedMachine, ...] = ()

    @property
    def initial_master(self) -> ProbedMachine | None:
        """The first control-plane node, if its address is known."""
        return next((machine for machine in self.masters if machine.number == 0), None)


def _safe(text: str) -> str:
    """The text, safe to print, and without endless words."""
    return clipped(printable(text))


def result(status: CheckStatus, text: str) -> CheckResult:
    """A result, its text made safe to print."""
    return CheckResult(status, _safe(text))


def dns_results(facts: CheckedAnswers, view: DnsView, system: SystemView) -> tuple[CheckResult, ...]:
    """What DNS and the hosts file say, name server by name server."""
    servers = dict.fromkeys(reply.server for reply in view.replies)
    results = [
        _of_server(facts, server, [reply for reply in view.replies if reply.server == server]) for server in servers
    ]
    answers = {reply.addresses for reply in view.replies if reply.kind is ReplyKind.ANSWER and reply.question == "A"}
    if len(answers) > 1:
        results.append(result(CheckStatus.WARN, "the name servers disagree; an old answer may be cached"))
    for entry in system.hosts:
        where = f"line {entry.line} of this machine's {system.hosts_path}"
        results.append(result(CheckStatus.WARN, f"{where} says {entry.address}, which hides what DNS says"))
    if view.wildcard:
        results.append(result(CheckStatus.WARN, f"{view.zone} has an answer for every name, so a typo goes unnoticed"))
    if not servers:
        results += [result(CheckStatus.INFO, note) for note in view.notes]
    return tuple(results)


def _of_server(facts: CheckedAnswers, server: NameServer, replies: Sequence[Reply]) -> CheckResult:
    """What one name server says for both families."""
    found = [reply for reply in replies if reply.kind is ReplyKind.ANSWER]
    if found:
        led_to = tuple(address for reply in found for address in reply.addresses)
        status, whose = _leads(facts, led_to)
        return result(status, f"{server.label}: {addresses(led_to, 4)}{whose}")._replace(phase=_phase(facts, led_to))
    reply = min(replies, key=lambda reply: reply.question)
    if reply.kind is ReplyKind.NXDOMAIN or all(reply.kind is ReplyKind.NODATA for reply in replies):
        word = "no such name yet" if reply.kind is ReplyKind.NXDOMAIN else "the name has no address yet"
        return result(CheckStatus.INFO, f"{server.label}: {word}")
    if server.role is Role.AUTHORITY and reply.kind in (ReplyKind.TIMEOUT, ReplyKind.UNREACHABLE):
        return result(CheckStatus.INFO, f"{server.label} can't be reached from here")
    return result(
        CheckStatus.FAIL if server.role is Role.RESOLVER else CheckStatus.WARN, f"{server.label} {reply_words(reply)}"
    )


def _leads(facts: CheckedAnswers, led_to: tuple[IPAddress, ...]) -> tuple[CheckStatus, str]:
    """Whether the name may point to these addresses, and whose they are."""
    master = facts.initial_master
    if all(address in facts.vips for address in led_to):
        return CheckStatus.OK, " (the VIP)"
    if master is None:
        return CheckStatus.OK, ""
    if all(address == master.address for address in led_to):
        return CheckStatus.OK, " (the initial master)"
    wanted = listed([master.address, *facts.vips], "or")
    return CheckStatus.WARN, f", not {wanted}"


def _phase(facts: CheckedAnswers, led_to: tuple[IPAddress, ...]) -> Phase | None:
    """The phase in which the name leads to these addresses; None where they are somebody else's."""
    if led_to and all(address in facts.vips for address in led_to):
        return Phase.CUTOVER
    master = facts.initial_master
    return Phase.BOOTSTRAP if master is not None and set(led_to) == {master.address} else None


def phase_found(results: Iterable[CheckResult]) -> Phase | None:
    """The phase that every name server with an answer shows; None if none has one, or they disagree."""
    phases = {one.phase for one in results if one.phase is not None}
    return phases.pop() if len(phases) == 1 else None


def api_server_result(machine: ProbedMachine, probe: Probe, name: str) -> CheckResult:
    """What answered on a control-plane node's port; closed is what is expected before kubeadm has run there."""
    command = "kubeadm init" if machine.number == 0 else "kubeadm join"
    who = f"{machine.label} (this machine)" if probe.local else machine.label
    where = f"{who}: port {probe.port}"
    if probe.contact is Contact.REFUSED:
        return result(CheckStatus.INFO, f"{where} is closed, as expected before '{command}'")
    if not probe.accepts:
        return result(CheckStatus.WARN, f"{where}: {probe_words(probe)}; is the machine up?")
    if not probe.alive:
        return result(
            CheckStatus.WARN, f"{where}: something listens, but it is not a healthy API server: {probe_words(probe)}"
        )
    if name and probe.certificate is not None and not probe.certificate.covers_name(name):
        return result(CheckStatus.WARN, f"{where}: an API server whose certificate is not for {name}")
    return result(CheckStatus.OK, f"{where}: an API server answers")


def health_result(machines: Sequence[ProbedMachine], probes: Sequence[Probe], check: str) -> CheckResult:
    """Whether haproxy's health check, `readyz`, `readyz-401` or `tcp`, takes what the API servers answer."""
    label = {(machine.address, machine.port): machine.label for machine in machines}
    alive = [probe for probe in probes if probe.alive]
    refusing = [probe for probe in alive if probe.status != _READY]
    if refusing and check == "readyz":
        who = listed(label[probe.address, probe.port] for probe in refusing)
        answer = f"{'answers' if len(refusing) == 1 else 'answer'} {refusing[0].status} to haproxy's check"
        return result(CheckStatus.WARN, f"{who} {answer}: choose readyz-401, or haproxy takes it for dead")
    if alive:
        who = listed(label[probe.address, probe.port] for probe in alive)
        return result(CheckStatus.OK, f"haproxy's check takes what {who} {'answers' if len(alive) == 1 else 'answer'}")
    return result(CheckStatus.INFO, "no API server answers yet, so what they say to haproxy's check is not known")


def vip_result(probe: Probe, name: str) -> CheckResult:
    """What answered on a VIP, which must be free until keepalived runs."""
    where = f"{probe.address} port {probe.port}"
    if probe.local:
        return result(CheckStatus.INFO, f"this machine has {probe.address} right now")
    if probe.contact is Contact.UNREACHABLE and probe.detail in _NO_ROUTE:
        return result(CheckStatus.INFO, f"{where} can't be reached from here: {probe.detail}")
    if probe.contact in (Contact.TIMEOUT, Contact.UNREACHABLE):
        return result(CheckStatus.OK, f"nothing answers on {where}")
    if probe.contact is Contact.REFUSED:
        return result(
            CheckStatus.WARN, f"{where} refuses connections: a machine has this address, or a firewall answers for it"
        )
    if probe.alive and name and probe.certificate is not None and probe.certificate.covers_name(name):
        return result(CheckStatus.INFO, f"{where} already serves {name}")
    return result(CheckStatus.WARN, f"{where} is in use: {probe_words(probe)}")


def local_results(machine: ProbedMachine, root: Path) -> Iterator[CheckResult]:
    """Whether this machine, which is that load balancer, has the interface. `root` is where /sys and /proc are."""
    names = interfaces(root)
    owners = attached_to(machine.address, root)
    if owners:
        first = owners[0]
        has = f"{first.interface} has {machine.address}/{first.prefix}"
        yield result(CheckStatus.OK, f"this machine is {machine.label}: {has}")
    else:
        yield result(CheckStatus.OK, f"this machine is {machine.label}")
    if not machine.interface or not names:
        return
    if machine.interface not in names:
        yield result(CheckStatus.FAIL, f"this machine has no interface {machine.interface}; it has {listed(names)}")
    elif owners and machine.interface not in [owner.interface for owner in owners]:
        yield result(CheckStatus.WARN, f"{machine.interface} is not connected to the network of {machine.address}")
