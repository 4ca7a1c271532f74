"""Two machines on one wire, and a third where it is needed: what arrives, and what the linter says on one of them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from rules import Options, Report, Run
from rules.command.on_demand.host import start_looking
from tests.programs import ROOT, environment
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net, bridging, cable

NIC = "ens160"
OWN, PEER, OTHER, VIP = "192.0.2.11", "192.0.2.12", "192.0.2.77", "192.0.2.10"
_FENCE = 9999  # a UDP port


def wired(net: Net, *names: str, mounts: Mapping[str, Mapping[str, Path]] | None = None) -> list[Machine]:
    """Machines on one bridge, each with the interface ens160 and, in turn, the addresses .11, .12 and .77."""
    switch = net.machine("switch")
    switch.batch(bridging("br0"))
    machines = []
    for number, (name, address) in enumerate(zip(names, (OWN, PEER, OTHER), strict=False)):
        machine = net.machine(name, (mounts or {}).get(name))
        switch.batch(cable(f"port{number}", "br0", machine, NIC))
        machine.ip("link", "set", NIC, "up")
        machine.add_address(NIC, f"{address}/24", f"2001:db8::{address.rpartition('.')[2]}/64")
        machines.append(machine)
    return machines


def tell(machine: Machine, *command: str, text: str) -> str:
    """What a program on the machine prints when it is given a text; it must not fail."""
    line = [*machine.prefix, *command]
    return subprocess.run(line, input=text, check=True, capture_output=True, text=True).stdout


def arrives(sender: Machine, receiver: Machine, data: bytes, target: str) -> bool:
    """Whether a message of IP protocol 112 reaches the programs of another machine.

    A datagram that is let in follows it on the same wire: once that is there, the message is there or lost.
    """
    with receiver.inside():
        heard = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
        fence = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        fence.bind((OWN, _FENCE))
        if ip_address(target).is_multicast:
            heard.setsockopt(
                socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(target) + socket.inet_aton(OWN)
            )
    with sender.inside():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
        raw.bind((PEER, 0))
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(PEER))
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with heard, fence, raw, plain:
        fence.settimeout(20)
        heard.setblocking(False)
        raw.sendto(data, (target, 0))
        plain.sendto(b"", (OWN, _FENCE))
        fence.recv(16)
        try:
            return heard.recv(4096).endswith(data)
        except BlockingIOError:
            return False


def lint_on(machine: Machine, *arguments: str, cwd: Path | None = None) -> dict[str, Any]:
    """The JSON report of `halb-lint --host` on a machine."""
    command = (sys.executable, "-m", "rules", "--host", "--no-config", "--format", "json", *arguments)
    done = machine.run(*command, cwd=cwd or ROOT, env=environment())
    assert done.status in (0, 1), done.stderr
    assert "internal error" not in done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def seen_by(machine: Machine, files: Mapping[str, str], listen: float = 0.3) -> Report:
    """The report on these files with what a machine shows, as `--host` looks at it: a thread has a place of its own."""
    run = Run(files, Options())
    with machine.inside():
        return run.report(machine=start_looking(run.fleet, False, listen)())


def found(report: Report | Mapping[str, Any]) -> dict[str, str]:
    """Code -> message of the findings about the machine."""
    if isinstance(report, Report):
        return {one.code: one.message for one in report.findings if one.code.startswith("HO")}
    return {one["code"]: one["message"] for one in report["findings"] if one["code"].startswith("HO")}
