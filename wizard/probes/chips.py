"""The words of the live checks: from what was answered to short phrases. Pure, but for the look at interfaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from rules.live.observations import Contact, DnsView, IPAddress, Kind, NameServer, Probe, Reply, Role, SystemView
from rules.live.views.wording import addresses, met, told
from rules.plan.model import API_PORT
from rules.report.style import printable
from rules.text.wording import clipped, listed
from wizard.probes.interfaces import attached_to, interfaces

_NO_WAY = ("network is unreachable", "address family not supported by protocol")


class Tone(StrEnum):
    """How a check came out; the value is the word shown. `INFO` is neither good nor bad."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    INFO = "info"


class Chip(NamedTuple):
    """One result of a live check, a short phrase that is safe to print."""

    status: Tone
    text: str


class Machine(NamedTuple):
    """A machine of the answers, as far as they are right; `number` is its place in the list."""

    number: int
    name: str
    address: IPAddress
    port: int = API_PORT
    interface: str = ""

    @property
    def label(self) -> str:
        """`k8s-master1`, or the address of a machine without a name."""
        return self.name or str(self.address)


class Known(NamedTuple):
    """The answers that live checks are about; what is missing or wrong is left out."""

    name: str
    port: int
    masters: tuple[Machine, ...] = ()
    vips: tuple[IPAddress, ...] = ()
    balancers: tuple[Machine, ...] = ()

    @property
    def initial_master(self) -> Machine | None:
        """The first control-plane node, if its address is known."""
        return next((machine for machine in self.masters if machine.number == 0), None)


def said(text: str) -> str:
    """The text, safe to print, with no word of megabytes in it."""
    return clipped(printable(text))


def chip(status: Tone, text: str) -> Chip:
    """A result, its text made safe to print."""
    return Chip(status, said(text))


def of_dns(facts: Known, view: DnsView, system: SystemView) -> tuple[Chip, ...]:
    """What DNS and the hosts file say, name server by name server."""
    servers = dict.fromkeys(reply.server for reply in view.replies)
    chips = [
        _of_server(facts, server, [reply for reply in view.replies if reply.server == server]) for server in servers
    ]
    answers = {reply.addresses for reply in view.replies if reply.kind is Kind.ANSWER and reply.question == "A"}
    if len(answers) > 1:
        chips.append(chip(Tone.WARN, "the name servers do not agree; an old answer may be cached"))
    for entry in system.hosts:
        where = f"line {entry.line} of this machine's {system.hosts_path}"
        chips.append(chip(Tone.WARN, f"{where} says {entry.address}, and hides from it what DNS says"))
    if view.wildcard:
        chips.append(chip(Tone.WARN, f"{view.zone} answers for every name, so a mistyped one is not noticed"))
    if not servers:
        chips += [chip(Tone.INFO, note) for note in view.notes]
    return tuple(chips)


def _of_server(facts: Known, server: NameServer, replies: Sequence[Reply]) -> Chip:
    """What one name server says for both families."""
    found = [reply for reply in replies if reply.kind is Kind.ANSWER]
    if found:
        led_to = tuple(address for reply in found for address in reply.addresses)
        tone, whose = _leads(facts, led_to)
        return chip(tone, f"{server.label}: {addresses(led_to, 4)}{whose}")
    reply = min(replies, key=lambda reply: reply.question)
    if reply.kind is Kind.NXDOMAIN or all(reply.kind is Kind.NODATA for reply in replies):
        word = "no such name yet" if reply.kind is Kind.NXDOMAIN else "the name has no address yet"
        return chip(Tone.INFO, f"{server.label}: {word}")
    if server.role is Role.AUTHORITY and reply.kind in (Kind.TIMEOUT, Kind.UNREACHABLE):
        return chip(Tone.INFO, f"{server.label} can't be asked from here")
    return chip(Tone.FAIL if server.role is Role.RESOLVER else Tone.WARN, f"{server.label} {told(reply)}")


def _leads(facts: Known, led_to: tuple[IPAddress, ...]) -> tuple[Tone, str]:
    """How good these addresses are for the name, and whose they are."""
    master = facts.initial_master
    if all(address in facts.vips for address in led_to):
        return Tone.OK, " (the VIP)"
    if master is None:
        return Tone.OK, ""
    if all(address == master.address for address in led_to):
        return Tone.OK, " (the initial master)"
    wanted = listed([master.address, *facts.vips], "or")
    return Tone.WARN, f", not {wanted}"


def of_master(machine: Machine, probe: Probe, name: str) -> Chip:
    """What answered on a control-plane node's port; closed is as it has to be before kubeadm ran there."""
    command = "kubeadm init" if machine.number == 0 else "kubeadm join"
    who = f"{machine.label} (this machine)" if probe.local else machine.label
    where = f"{who}: port {probe.port}"
    if probe.contact is Contact.REFUSED:
        return chip(Tone.INFO, f"{where} is closed, as it has to be before '{command}'")
    if not probe.accepts:
        return chip(Tone.WARN, f"{where}: {met(probe)}; is the machine up?")
    if not probe.alive:
        return chip(Tone.WARN, f"{where} is taken, but no API server that is well: {met(probe)}")
    if name and probe.certificate is not None and not probe.certificate.covers_name(name):
        return chip(Tone.WARN, f"{where}: an API server whose certificate is not for {name}")
    return chip(Tone.OK, f"{where}: an API server answers")


def of_vip(probe: Probe, name: str) -> Chip:
    """What answered on a VIP, which has to be free until keepalived runs."""
    where = f"{probe.address} port {probe.port}"
    if probe.local:
        return chip(Tone.INFO, f"this machine has {probe.address} right now")
    if probe.contact is Contact.UNREACHABLE and probe.detail in _NO_WAY:
        return chip(Tone.INFO, f"{where} can't be asked from here: {probe.detail}")
    if probe.contact in (Contact.TIMEOUT, Contact.UNREACHABLE):
        return chip(Tone.OK, f"nobody answers on {where}")
    if probe.contact is Contact.REFUSED:
        return chip(Tone.WARN, f"{where} is refused: a machine has this address, or a firewall speaks for it")
    if probe.alive and name and probe.certificate is not None and probe.certificate.covers_name(name):
        return chip(Tone.INFO, f"{where} serves {name} already")
    return chip(Tone.WARN, f"{where} is taken: {met(probe)}")


def of_this_machine(machine: Machine, root: Path) -> Iterator[Chip]:
    """What this machine, which is that load balancer, says to the interface. `root` is where /sys and /proc are."""
    names = interfaces(root)
    owners = attached_to(machine.address, root)
    if owners:
        first = owners[0]
        has = f"{first.interface} has {machine.address}/{first.prefix}"
        yield chip(Tone.OK, f"this machine is {machine.label}: {has}")
    else:
        yield chip(Tone.OK, f"this machine is {machine.label}")
    if not machine.interface or not names:
        return
    if machine.interface not in names:
        yield chip(Tone.FAIL, f"there is no {machine.interface} here; there is {listed(names)}")
    elif owners and machine.interface not in [owner.interface for owner in owners]:
        yield chip(Tone.WARN, f"{machine.interface} is not in the network of {machine.address}")
