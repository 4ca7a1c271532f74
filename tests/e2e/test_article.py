"""The article's cluster as halb renders it, with the real daemons: it serves, and it survives the loss of haproxy."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import Figure
from tests.e2e.machines import Balancer, Machine, Network, network, until
from tests.live.certificates import Authority
from tests.rules.lint import ROOT
from tests.wizard.plans import ARTICLE
from wizard.plan import Plan
from wizard.render import Rendered, render

pytestmark = [pytest.mark.daemon, pytest.mark.slow, pytest.mark.xdist_group("namespaces")]


class Cluster(NamedTuple):
    """The machines of a plan, all running; the load balancers in the plan's order."""

    plan: Plan
    balancers: list[Balancer]
    client: Machine

    def asked(self) -> str:
        """What the endpoint answers to the client through the VIP."""
        done = self.client.run(
            *("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.e2e.ask"),
            *(str(self.plan.vip.ip), str(self.plan.port), self.plan.endpoint),
        )
        return done.stdout.strip() or done.stderr

    def holders(self) -> list[str]:
        """Which load balancers have the VIP."""
        return [lb.machine.name for lb in self.balancers if lb.machine.holds(str(self.plan.vip.ip))]

    def settled(self) -> bool:
        """Whether keepalived's script passes on all of them, so that priorities are what they will stay."""
        return all(
            "VRRP_Script(check_haproxy) succeeded" in lb.log.read_text(errors="replace") for lb in self.balancers
        )

    def logs(self) -> str:
        return "\n".join(f"== {lb.machine.name}\n{lb.log.read_text(errors='replace')[-4000:]}" for lb in self.balancers)


def _write(folder: Path, files: Mapping[str, Rendered]) -> None:
    for path, rendered in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(rendered.text, encoding="utf-8")
        target.chmod(rendered.mode)


def _serve(plan: Plan, place: Network) -> None:
    """Start the API servers of the control plane."""
    authority = Authority()
    length = plan.vip.network.prefixlen
    for node in plan.control_plane:
        issued = authority.issue([plan.endpoint, node.name], [str(node.address), str(plan.vip.ip)])
        certificate, key = issued.write(place.folder, node.name)
        machine = place.machine(node.name, f"{node.address}/{length}")
        server = [sys.executable, "-m", "tests.live.api_servers", str(node.address), str(node.port)]
        process = subprocess.Popen(
            [*machine.prefix, *server, str(certificate), str(key)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        place.stack.callback(_end, process)
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
    # Below /var/lib, since keepalived wants a path that only root can write for its scripts, and /tmp is not one.
    with tempfile.TemporaryDirectory(prefix="halb-e2e-", dir="/var/lib") as name, network(Path(name)) as place:
        place.folder.chmod(0o755)
        _write(place.folder, render(plan))
        _serve(plan, place)
        length = plan.vip.network.prefixlen
        client = place.machine("client", f"{plan.vip.network.broadcast_address - 1}/{length}")
        balancers = []
        for lb in plan.load_balancers:
            machine = place.machine(lb.name, f"{lb.address}/{length}", interface=lb.interface)
            balancers.append(Balancer(machine, place.folder / lb.name))
        cluster = Cluster(plan, balancers, client)
        for balancer in balancers:
            balancer.start_haproxy()
        for balancer in balancers:
            balancer.start_keepalived()
        yield cluster


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Machines for tests are often not allowed the 42,000 open files that 20,000 connections need.
    plan = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(maxconn=4000))
    with running(plan) as made:
        yield made


def test_the_endpoint_answers_through_the_vip_and_again_after_haproxy_died(cluster: Cluster, figure: Figure) -> None:
    first, second = (lb.machine.name for lb in cluster.balancers)
    until(lambda: cluster.holders() == [first] and cluster.settled(), cluster.logs)
    until(lambda: cluster.asked() == "alive", lambda: f"{cluster.asked()}\n{cluster.logs()}")

    killed = cluster.balancers[0].kill_haproxy()
    moved = until(lambda: cluster.holders() == [second], cluster.logs)
    figure(f"haproxy killed on the active load balancer: the other has the VIP after {moved - killed:.2f} s")
    assert moved - killed < 3, cluster.logs()
    assert cluster.asked() == "alive", cluster.logs()

    cluster.balancers[0].start_haproxy()
    until(lambda: cluster.holders() == [first], cluster.logs)
    until(lambda: cluster.asked() == "alive", lambda: f"{cluster.asked()}\n{cluster.logs()}")
