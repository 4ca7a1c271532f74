"""Two load balancers with the real keepalived, and a machine of somebody else on their network."""

from __future__ import annotations

import os
import signal
import subprocess
from ipaddress import ip_address

from rules.live.machine.interfaces import interfaces
from tests.daemons import program
from tests.live.machine.wire import NIC, VIP, wired
from tests.net.waiting import PATIENCE, until
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net


def instance(
    own: str, peer: str, *, priority: int = 100, vrid: int = 33, vip: str = f"{VIP}/24", more: str = ""
) -> str:
    """A vrrp_instance that is master as soon as it runs, if its priority is 255."""
    unicast = f"unicast_src_ip {own}\nunicast_peer {{\n{peer}\n}}\n" if peer else ""
    lines = (
        f"state {'MASTER' if priority == 255 else 'BACKUP'}",
        f"interface {NIC}",
        f"virtual_router_id {vrid}",
        f"priority {priority}",
        f"{more}{unicast}virtual_ipaddress {{\n{vip}\n}}",
    )
    return f"vrrp_instance v{vrid} {{\n" + "\n".join(lines) + "\n}\n"


def run_keepalived(machine: Machine, conf: str) -> None:
    """Start the real keepalived on a machine, and wait until it has its VIPs."""
    path = machine.folder / "keepalived.conf"
    path.write_text(f"global_defs {{\nvrrp_garp_master_delay 0\n}}\n{conf}")
    path.chmod(0o640)
    pids = [f"--{name}={machine.folder}/{name}" for name in ("pid", "vrrp_pid")]
    command = [str(program("keepalived")), "--dont-fork", "--vrrp", "--log-console", f"--use-file={path}", *pids]
    machine.start(*command, log=machine.folder / "log")


def kill_all(machine: Machine) -> None:
    """Kill the daemon on a machine with its children, as when memory runs out: none of them can tidy up."""
    listed = subprocess.run(["ip", "netns", "pids", machine.space], check=True, capture_output=True, text=True).stdout
    for sign in (signal.SIGSTOP, signal.SIGKILL):
        for number in listed.split():
            os.kill(int(number), sign)
    machine.started[-1].wait(PATIENCE)


def held(machine: Machine, address: str) -> bool:
    with machine.inside():
        return any(ip_address(address) == one.address for nic in interfaces() for one in nic.addresses)


def wait_for(machine: Machine, *addresses: str) -> None:
    until(
        lambda: all(held(machine, address) for address in addresses),
        lambda: (machine.folder / "log").read_text(errors="replace"),
    )


class Lab:
    """Two load balancers and a machine of somebody else on one network, and the files of the two."""

    def __init__(self, net: Net) -> None:
        self.own, self.peer, self.other = wired(net, "lb1", "lb2", "other")
        self.folder = net.folder / "files"
        self.files: dict[str, str] = {}

    def write(self, own: str, peer: str, haproxy: str = "") -> None:
        """Make these the files of the two load balancers; haproxy's is the same on both."""
        self.files = {"lb1/keepalived.conf": own, "lb2/keepalived.conf": peer}
        if haproxy:
            self.files |= {"lb1/haproxy.cfg": haproxy, "lb2/haproxy.cfg": haproxy}

    def on_disk(self) -> list[str]:
        """The folders of the two, for all to read."""
        for path, text in self.files.items():
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return [str(self.folder / name) for name in ("lb1", "lb2")]
