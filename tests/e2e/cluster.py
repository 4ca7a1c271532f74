"""The cluster of a plan on this machine: its load balancers with the files that halb renders, and its API servers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import NamedTuple

from tests.e2e.balancer import Balancer
from tests.live.tls.certificates import Authority
from tests.net.waiting import until
from tests.programs import ROOT
from tests.wizard.rendered import put_files
from wizard.plan.plan import Balancer as Planned
from wizard.plan.plan import IPInterface, Plan
from wizard.rehearsal.lab.addresses import AddressWatch
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net, bridging, cable
from wizard.render.files import render


class Move(NamedTuple):
    """A VIP has come to a load balancer, at a time (monotonic clock, seconds)."""

    at: float
    name: str


class Cluster(NamedTuple):
    """The machines of a plan, all running; the load balancers in the plan's order."""

    plan: Plan
    balancers: list[Balancer]
    client: Machine
    watch: AddressWatch

    @property
    def names(self) -> list[str]:
        """The load balancers' names, from the highest priority to the lowest."""
        return [lb.machine.name for lb in self.balancers]

    @property
    def vips(self) -> list[str]:
        """The VIPs of all families."""
        return [str(vip.ip) for vip in _vips(self.plan)]

    def asked(self) -> list[str]:
        """What the endpoint answers to the client through each VIP."""
        return [self._asked(vip) for vip in self.vips]

    def _asked(self, vip: str) -> str:
        done = self.client.run(
            *("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.e2e.ask"),
            *(vip, str(self.plan.port), self.plan.endpoint),
        )
        return done.stdout.strip() or done.stderr

    def holders(self) -> list[list[str]]:
        """Which load balancers have each VIP."""
        return list(self.watch.owners().values())

    def belongs_to(self, name: str) -> bool:
        """Whether this load balancer has all VIPs, and nobody else has one."""
        return all(names == [name] for names in self.holders())

    def moves(self, vip: str | None = None) -> list[Move]:
        """Where a VIP (the first one) has been, in order."""
        return [Move(change.at, change.node) for change in self.watch.gains(vip or self.vips[0])]

    def balancer(self, name: str) -> Balancer:
        """The load balancer of this name."""
        return self.balancers[self.names.index(name)]

    def settled(self) -> bool:
        """Whether keepalived's script passes on all of them, so that priorities are what they will stay."""
        return all(
            "VRRP_Script(check_haproxy) succeeded" in lb.log.read_text(errors="replace") for lb in self.balancers
        )

    def answers(self) -> None:
        """Wait until an API server answers through every VIP."""
        until(lambda: set(self.asked()) == {"alive"}, lambda: f"{self.asked()}\n{self.state()}")

    def comes_to(self, name: str) -> None:
        """Wait until all VIPs are at this load balancer alone."""
        until(lambda: self.belongs_to(name), self.state)

    def state(self) -> str:
        """Who has what, and the last words of each machine's daemons."""
        logs = [f"== {lb.machine.name}\n{lb.log.read_text(errors='replace')[-4000:]}" for lb in self.balancers]
        return "\n".join([f"holders: {self.holders()}", f"moves: {self.moves()}", *logs])


def _vips(plan: Plan) -> list[IPInterface]:
    return [plan.vip, *([plan.vip6] if plan.vip6 else [])]


def last_host(subnet: IPv4Network | IPv6Network) -> str:
    """The last address of a network that a machine may have, with the prefix length."""
    return f"{subnet.broadcast_address - 1}/{subnet.prefixlen}"


class Network:
    """A bridge, and the machines on it."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self._switch = net.machine("switch")
        self._switch.batch(bridging("br0"))

    def machine(self, name: str, *addresses: str, interface: str = "eth0") -> Machine:
        """A new machine with these addresses (each with its prefix length)."""
        machine = self.net.machine(name)
        self._switch.batch(cable(f"port{len(self.net.machines)}", "br0", machine, interface))
        machine.add_address(interface, *addresses)
        machine.ip("link", "set", interface, "up")
        return machine


def load_balancer(plan: Plan, network: Network, lb: Planned) -> Machine:
    """The machine of a load balancer, with its own addresses."""
    owned = [(lb.address, plan.vip), *([(lb.address6, plan.vip6)] if plan.vip6 else [])]
    addresses = [f"{address}/{vip.network.prefixlen}" for address, vip in owned]
    return network.machine(lb.name, *addresses, interface=lb.interface)


def serve(plan: Plan, network: Network, machines: Mapping[str, Machine], status: int = 200) -> None:
    """Start the API servers of the control plane, on `machines` of their names where there are such; `status` is what
    they answer to strangers.
    """
    authority = Authority()
    length = plan.vip.network.prefixlen
    started = []
    for node in plan.control_plane:
        issued = authority.issue([plan.endpoint, node.name], [str(node.address), *(str(v.ip) for v in _vips(plan))])
        certificate, key = issued.write(network.net.folder, node.name)
        machine = machines.get(node.name) or network.machine(node.name, f"{node.address}/{length}")
        server = [sys.executable, "-m", "tests.live.tls.api_servers", str(node.address), str(node.port)]
        started.append(machine.start(*server, str(certificate), str(key), "--status", str(status), cwd=ROOT))
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"


@contextmanager
def running(plan: Plan) -> Iterator[Cluster]:
    """The cluster of a plan, with the files that halb renders for it."""
    # Machines for tests are often not allowed the 42,000 open files that 20,000 connections need.
    plan = plan._replace(haproxy=plan.haproxy._replace(maxconn=4000))
    # Below /var/lib, since keepalived wants a path that only root can write for its scripts, and /tmp is not one.
    with Net(Path("/var/lib")) as net:
        put_files(net.folder, render(plan))
        network = Network(net)
        machines = {lb.name: load_balancer(plan, network, lb) for lb in plan.load_balancers}
        client = network.machine("client", *(last_host(vip.network) for vip in _vips(plan)))
        balancers = [Balancer(machine, net) for machine in machines.values()]
        serve(plan, network, machines)
        with AddressWatch(machines.values(), [str(vip.ip) for vip in _vips(plan)]) as watch:
            for balancer in balancers:
                balancer.start_haproxy()
            for balancer in balancers:
                balancer.start_keepalived()
            yield Cluster(plan, balancers, client, watch)
