"""The cluster of a plan on this machine: its load balancers with the files that halb renders, and its API servers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import NamedTuple

from tests.e2e.addresses import gains
from tests.e2e.machines import Balancer, Machine, Network, network, require_network, until
from tests.live.certificates import Authority
from tests.rules.lint import ROOT
from wizard.plan.plan import Balancer as Planned
from wizard.plan.plan import IPInterface, Plan
from wizard.render.files import Rendered, render


class Move(NamedTuple):
    """A VIP has come to a load balancer, at a time (seconds since 1970)."""

    at: float
    name: str


class Cluster(NamedTuple):
    """The machines of a plan, all running; the load balancers in the plan's order."""

    plan: Plan
    balancers: list[Balancer]
    client: Machine

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
        return [[lb.machine.name for lb in self.balancers if lb.machine.log.has(vip)] for vip in self.vips]

    def belongs_to(self, name: str) -> bool:
        """Whether this load balancer has all VIPs, and nobody else has one."""
        return all(names == [name] for names in self.holders())

    def moves(self, vip: str | None = None) -> list[Move]:
        """Where a VIP (the first one) has been, in order."""
        logs = [(lb.machine.name, lb.machine.log) for lb in self.balancers]
        return [Move(*gain) for gain in gains(logs, vip or self.vips[0])]

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


def _write(folder: Path, files: Mapping[str, Rendered]) -> None:
    for path, rendered in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(rendered.text, encoding="utf-8")
        target.chmod(rendered.mode)


def _last_host(subnet: IPv4Network | IPv6Network) -> str:
    """The last address of a network that a machine may have, with the prefix length."""
    return f"{subnet.broadcast_address - 1}/{subnet.prefixlen}"


def _load_balancer(plan: Plan, place: Network, lb: Planned) -> Machine:
    owned = [(lb.address, plan.vip), *([(lb.address6, plan.vip6)] if plan.vip6 else [])]
    addresses = [f"{address}/{vip.network.prefixlen}" for address, vip in owned]
    return place.machine(lb.name, *addresses, interface=lb.interface)


def _serve(plan: Plan, place: Network, machines: Mapping[str, Machine]) -> None:
    """Start the API servers of the control plane, on `machines` of their names where there are such."""
    authority = Authority()
    length = plan.vip.network.prefixlen
    started = []
    for node in plan.control_plane:
        issued = authority.issue([plan.endpoint, node.name], [str(node.address), *(str(v.ip) for v in _vips(plan))])
        certificate, key = issued.write(place.folder, node.name)
        machine = machines.get(node.name) or place.machine(node.name, f"{node.address}/{length}")
        server = [sys.executable, "-m", "tests.live.api_servers", str(node.address), str(node.port)]
        process = subprocess.Popen(
            [*machine.prefix, *server, str(certificate), str(key)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        place.stack.callback(_end, process)
        started.append(process)
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def running(plan: Plan) -> Iterator[Cluster]:
    """The cluster of a plan, with the files that halb renders for it."""
    require_network()
    # Machines for tests are often not allowed the 42,000 open files that 20,000 connections need.
    plan = plan._replace(haproxy=plan.haproxy._replace(maxconn=4000))
    # Below /var/lib, since keepalived wants a path that only root can write for its scripts, and /tmp is not one.
    with tempfile.TemporaryDirectory(prefix="halb-e2e-", dir="/var/lib") as name, network(Path(name)) as place:
        place.folder.chmod(0o755)
        _write(place.folder, render(plan))
        machines = {lb.name: _load_balancer(plan, place, lb) for lb in plan.load_balancers}
        client = place.machine("client", *(_last_host(vip.network) for vip in _vips(plan)))
        balancers = [Balancer(machine, place.folder / name) for name, machine in machines.items()]
        _serve(plan, place, machines)
        cluster = Cluster(plan, balancers, client)
        for balancer in balancers:
            until(balancer.machine.log.heard, lambda: "ip monitor says nothing")
        for balancer in balancers:
            balancer.start_haproxy()
        for balancer in balancers:
            balancer.start_keepalived()
        yield cluster
