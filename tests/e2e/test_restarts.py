"""Daemons that are restarted, as systemd does it: what that does to the VIP and to those who connect.

A crash and systemd are played: the processes are killed, and started again after the time that the unit says.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.conftest import Figure
from tests.e2e.balancer import Balancer
from tests.e2e.cluster import Cluster, running
from tests.e2e.traffic import Traffic
from tests.net.waiting import PATIENCE, holds_for, until
from tests.wizard.plans import ARTICLE
from wizard.plan.plan import Plan

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived"),
    pytest.mark.slow,
    pytest.mark.xdist_group("namespaces"),
]

DOWN_INTERVAL = 3 * 1.0 + (256 - 100) / 256
RESTART = 0.1
"""Seconds from the end of a service to its next start, systemd's RestartSec where a unit has none."""
RESTART_SEC = 1.0
"""RestartSec of the drop-in for keepalived."""
ONE = ARTICLE._replace(control_plane=ARTICLE.control_plane[:1])


def _crash(balancer: Balancer) -> float:
    """Kill all of keepalived at once, so that none of it can remove the VIP; returns the time (monotonic clock)."""
    pids = {int((balancer.machine.folder / name).read_text()) for name in ("parent.pid", "vrrp.pid")}
    for stop in (signal.SIGSTOP, signal.SIGKILL):
        for pid in sorted(pids, reverse=True):
            os.kill(pid, stop)
    now = time.monotonic()
    balancer.machine.started[-1].wait(PATIENCE)
    # Where process 1 is slow to take the dead child away, its number would pass for a running keepalived.
    for name in ("parent.pid", "vrrp.pid"):
        (balancer.machine.folder / name).unlink()
    return now


def _begun(cluster: Cluster) -> Balancer:
    """Wait until the VIP is where it stays; gives the load balancer that has it."""
    until(cluster.settled, cluster.state)
    until(lambda: any(cluster.belongs_to(name) for name in cluster.names), cluster.state)
    if cluster.plan.vrrp.preempt:
        cluster.comes_to(cluster.names[0])
    cluster.answers()
    return next(lb for lb in cluster.balancers if cluster.belongs_to(lb.machine.name))


def _haproxy_back_at_once(cluster: Cluster) -> str:
    """The VIP stays, and only those are refused who come while haproxy is away."""
    owner = _begun(cluster)
    moves = len(cluster.moves())
    with Traffic(cluster.client, cluster.vips[0], cluster.plan.port) as traffic:
        killed = owner.kill_haproxy()
        time.sleep(RESTART)
        owner.start_haproxy()
        holds_for(DOWN_INTERVAL + 2, lambda: cluster.belongs_to(owner.machine.name), cluster.state)
        gap, failed = traffic.gap(killed), len(traffic.failed(killed))
    assert len(cluster.moves()) == moves
    assert gap < DOWN_INTERVAL, traffic.failed(killed)
    return f"haproxy back after {RESTART} s: the VIP stays, {failed} connections failed, {gap:.2f} s without an answer"


def _keepalived_back(cluster: Cluster) -> str:
    """Started again, keepalived removes the address that the killed one left; one load balancer has it in the end."""
    owner = _begun(cluster)
    name = owner.machine.name
    other = next(each for each in cluster.names if each != name)
    vip = cluster.vips[0]
    with Traffic(cluster.client, vip, cluster.plan.port) as traffic:
        seen = len(cluster.watch.changes)
        killed = _crash(owner)
        time.sleep(RESTART_SEC)
        owner.start_keepalived()
        until(lambda: cluster.belongs_to(other), cluster.state)
        last = name if cluster.plan.vrrp.preempt else other
        cluster.comes_to(last)
        holds_for(DOWN_INTERVAL + 1, lambda: cluster.belongs_to(last), cluster.state)
        gap = traffic.gap(killed)
    changes = cluster.watch.changes[seen:]
    stale = changes[0].at - killed
    assert [(change.node, change.gained) for change in changes[:2]] == [(name, False), (other, True)]
    assert stale < RESTART_SEC + 2, cluster.state()
    assert changes[1].at - killed < DOWN_INTERVAL + 1, cluster.state()
    assert gap < DOWN_INTERVAL + 1, traffic.failed(killed)
    moves = sum(change.gained for change in changes)
    return (
        f"keepalived killed and started after {RESTART_SEC:g} s: its address is gone after {stale:.2f} s, {other} has "
        f"the VIP after {changes[1].at - killed:.2f} s, {moves} moves, {gap:.2f} s without an answer"
    )


STICKY = ONE._replace(vrrp=ONE.vrrp._replace(preempt=False))
SCENES: dict[str, tuple[Plan, Callable[[Cluster], str]]] = {
    "haproxy": (ONE, _haproxy_back_at_once),
    "haproxy, sticky": (STICKY, _haproxy_back_at_once),
    "keepalived": (ONE, _keepalived_back),
    "keepalived, sticky": (STICKY, _keepalived_back),
}


def _played(name: str) -> str:
    plan, scene = SCENES[name]
    with running(plan) as cluster:
        return scene(cluster)


@pytest.fixture(scope="module")
def played() -> Iterator[dict[str, Future[str]]]:
    """All scenes, under way."""
    with ThreadPoolExecutor(len(SCENES)) as pool:
        yield {name: pool.submit(_played, name) for name in SCENES}


@pytest.mark.parametrize("name", SCENES)
def test_a_restart_is_what_the_files_say_of_it(name: str, played: dict[str, Future[str]], figure: Figure) -> None:
    figure(f"{name}: {played[name].result()}")
