"""Real servers with real certificates on loopback addresses, asked and judged as `halb-lint --live` does it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest

from parsers.source import Source, Span
from rules import lint
from rules.engine.options import Options
from rules.live.observations import Observations, Vantage
from rules.live.tls.servers import probe_all
from rules.plan.model import Cluster, ControlPlaneNode, LoadBalancer, Phase, Setting, Vip
from tests.live.tls.api_servers import ApiServer, Behaviour
from tests.live.tls.certificates import Authority, Issued, self_signed
from tests.rules.live.answers import NAME, OWN_CODES

pytestmark = pytest.mark.slow

# A network of this process's own, so that one free port is free on all of its addresses.
NETWORK = f"127.{os.getpid() // 250 % 250 + 1}.{os.getpid() % 250 + 1}"
VIP, LB, CP1, CP2 = (f"{NETWORK}.{host}" for host in (10, 11, 21, 22))
OWN, BEFORE = Authority(), Authority()


@cache
def certificate(authority: Authority = OWN, *names: str, days: int = 365) -> Issued:
    ends = datetime.now(UTC) + timedelta(days=days)
    return authority.issue(names or (NAME,), [VIP], not_after=ends)


class Fleet:
    """The servers of a test, all on one port, and what is found when they are asked."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.port = 0

    def serve(
        self, address: str, issued: Issued | None, behaviour: Behaviour = Behaviour.SERVE, status: int = 200
    ) -> None:
        server = ApiServer(address, self.port, issued, behaviour=behaviour, status=status)
        self.port = self.stack.enter_context(server).port

    def findings(self, phase: Phase, ca_file: str | None = None) -> list[tuple[str, str]]:
        """Code and address of each finding, with this machine taken for none of the cluster's."""
        cluster = self.cluster(phase)
        sockets = [(ip_address(address), self.port) for address in (VIP, LB, CP1, CP2)]

        async def ask() -> Observations:
            deadline = asyncio.get_running_loop().time() + 1.0
            probes = await probe_all(sockets, NAME, deadline, ca_file)
            return Observations(time.time(), 1.0, Vantage("workstation"), None, probes)

        report = lint({}, Options(cluster=cluster, observed=asyncio.run(ask())))
        assert not report.crashes
        lines = cluster.source.text.splitlines()
        return [(f.code, lines[f.location.line - 1]) for f in report.findings if f.code in OWN_CODES]

    def cluster(self, phase: Phase) -> Cluster:
        """A plan with an address a line (halb.toml can't say loopback addresses)."""
        source = Source("halb.toml", "\n".join((VIP, LB, CP1, CP2)) + "\n")

        def span(address: str) -> Span:
            start = source.text.index(address)
            return Span(source, start, start + len(address))

        def node(name: str, address: str) -> ControlPlaneNode:
            at = span(address)
            return ControlPlaneNode(Setting(name, at), Setting(ip_address(address), at), Setting(self.port, at))

        return Cluster(
            Path("halb.toml"),
            source,
            endpoint=Setting(NAME, span(VIP)),
            port=Setting(self.port, span(VIP)),
            phase=Setting(phase, span(VIP)),
            vip=Vip(Setting(ip_interface(f"{VIP}/24"), span(VIP))),
            load_balancers=(LoadBalancer(Setting("lb1", span(LB)), Setting(ip_address(LB), span(LB))),),
            control_plane=(node("cp1", CP1), node("cp2", CP2)),
        )


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with ExitStack() as stack:
        yield Fleet(stack)


@pytest.mark.parametrize("phase", list(Phase))
def test_a_sound_cluster_has_no_finding(fleet: Fleet, phase: Phase, tmp_path: Path) -> None:
    for address in (VIP, LB, CP1):
        fleet.serve(address, certificate())
    fleet.serve(CP2, certificate(days=364), status=403)
    assert fleet.findings(phase, OWN.write(tmp_path)) == []


def test_the_cluster_before_is_told_by_its_key(fleet: Fleet) -> None:
    fleet.serve(VIP, certificate(BEFORE))
    for address in (LB, CP1, CP2):
        fleet.serve(address, certificate())
    assert fleet.findings(Phase.CUTOVER) == [("HO011", VIP)]


def test_the_ca_file_tells_it_when_no_node_is_seen(fleet: Fleet, tmp_path: Path) -> None:
    fleet.serve(VIP, certificate(BEFORE))
    assert fleet.findings(Phase.BOOTSTRAP) == []
    assert fleet.findings(Phase.BOOTSTRAP, OWN.write(tmp_path)) == [("HO011", VIP)]


@pytest.mark.parametrize("behaviour", [Behaviour.SERVE, Behaviour.PLAIN, Behaviour.HANG, Behaviour.CLOSE])
def test_another_machine_on_the_vip_is_seen_before_the_cutover(fleet: Fleet, behaviour: Behaviour) -> None:
    fleet.serve(VIP, self_signed(["nas.example.com"]), behaviour)
    fleet.serve(CP1, certificate())
    assert fleet.findings(Phase.BOOTSTRAP) == [("HO002", VIP), ("HO010", CP2)]


@pytest.mark.parametrize(
    "behaviour", [Behaviour.PLAIN, Behaviour.HANG, Behaviour.CLOSE, Behaviour.RESET, Behaviour.HANG_AFTER_TLS]
)
def test_a_node_without_a_live_api_server_is_reported(fleet: Fleet, behaviour: Behaviour) -> None:
    for address in (VIP, LB, CP1):
        fleet.serve(address, certificate())
    fleet.serve(CP2, certificate(), behaviour)
    assert fleet.findings(Phase.CUTOVER) == [("HO010", CP2)]


def test_names_and_dates_are_read_from_the_certificates(fleet: Fleet) -> None:
    for address in (VIP, LB, CP1):
        fleet.serve(address, certificate(days=29))
    fleet.serve(CP2, certificate(OWN, "kubernetes"))
    assert fleet.findings(Phase.CUTOVER) == [("HO016", CP1), ("K8003", CP2)]
