"""Clusters of all kinds of plan, with the real daemons: each serves through the VIP, and survives what it has to.

All of them start together and run side by side, as they mostly wait for keepalived's clocks; each test reports on one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from ipaddress import ip_address, ip_interface

import pytest

from tests.conftest import Figure
from tests.e2e.cluster import Cluster, running
from tests.net.waiting import holds_for, until
from tests.wizard.plans import ARTICLE
from wizard.plan.plan import Balancer, Plan, check_plan

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived"),
    pytest.mark.slow,
    pytest.mark.xdist_group("namespaces"),
]

PROCESS_BOUND = 3.0
"""Seconds. vrrp_track_process notices at once; the next node takes over within its skew, under a second."""
DOWN_INTERVAL = 3 * 1.0 + (256 - 100) / 256
"""Seconds until a node with priority 100 takes the VIP from one that is silent or worse (RFC 3768, advert_int 1)."""
SCRIPT_BOUND = 2 * 2 + DOWN_INTERVAL
"""Seconds. The script runs every two seconds and fails twice; then the better node waits its down interval."""

# The control plane is not what differs here: one API server does.
ONE = ARTICLE._replace(control_plane=ARTICLE.control_plane[:1])
FIRST, SECOND = ARTICLE.load_balancers
PLANS: dict[str, Plan] = {
    "stacked": ARTICLE._replace(
        layout="stacked",
        port=8443,
        control_plane=ARTICLE.control_plane[:2],
        load_balancers=tuple(
            Balancer(node.name, node.address, lb.interface, lb.priority)
            for node, lb in zip(ARTICLE.control_plane, ARTICLE.load_balancers, strict=False)
        ),
    ),
    "dual stack": ONE._replace(
        vip6=ip_interface("fd00:2::140/64"),
        load_balancers=(
            FIRST._replace(address6=ip_address("fd00:2::141")),
            SECOND._replace(address6=ip_address("fd00:2::142")),
        ),
        vrrp=ONE.vrrp._replace(auth_pass=None),
    ),
    "sticky": ONE._replace(vrrp=ONE.vrrp._replace(preempt=False)),
    "three": ONE._replace(
        load_balancers=(FIRST, SECOND, Balancer("haproxy-lb3", ip_address("192.168.2.143"), "ens160", 90))
    ),
    "script only": ONE._replace(vrrp=ONE.vrrp._replace(track="script")),
    "multicast": ONE._replace(vrrp=ONE.vrrp._replace(mode="multicast")),
}
Scene = Callable[[Cluster], list[str]]


def _killed(cluster: Cluster, name: str, *, to: str, bound: float) -> float:
    """Kill haproxy where the VIP is, and see it serve elsewhere; gives the seconds until every VIP had moved."""
    killed = cluster.balancer(name).kill_haproxy()
    cluster.comes_to(to)
    took = max(cluster.moves(vip)[-1].at for vip in cluster.vips) - killed
    assert all(cluster.moves(vip)[-1].name == to for vip in cluster.vips), cluster.state()
    assert took < bound, f"{took:.2f} s\n{cluster.state()}"
    cluster.answers()
    assert cluster.belongs_to(to), cluster.state()
    return took


def _begun(cluster: Cluster) -> None:
    cluster.comes_to(cluster.names[0])
    until(cluster.settled, cluster.state)
    cluster.comes_to(cluster.names[0])
    cluster.answers()


def _there_and_back(cluster: Cluster, bound: float = PROCESS_BOUND) -> list[str]:
    """The first load balancer has the VIP, loses haproxy, and has the VIP again with it."""
    first, second = cluster.names[:2]
    _begun(cluster)
    took = _killed(cluster, first, to=second, bound=bound)
    cluster.balancer(first).start_haproxy()
    cluster.comes_to(first)
    cluster.answers()
    return [f"the VIP has moved after {took:.2f} s"]


def _together(cluster: Cluster) -> list[str]:
    """Both families' VIPs serve, go together and come back together."""
    lines = _there_and_back(cluster)
    four, six = ([move.name for move in cluster.moves(vip)[-2:]] for vip in cluster.vips)
    assert four == six == cluster.names[::-1], cluster.state()
    apart = max(abs(a.at - b.at) for a, b in zip(*(cluster.moves(vip)[-2:] for vip in cluster.vips), strict=True))
    assert apart < 1, cluster.state()
    return [*lines, f"IPv4 and IPv6 at most {apart:.2f} s apart"]


def _stays(cluster: Cluster) -> list[str]:
    """The VIP stays where it went when the failed node is back, and that node is ready for the next failure."""
    until(lambda: any(cluster.belongs_to(name) for name in cluster.names) and cluster.settled(), cluster.state)
    active = cluster.moves()[-1].name
    other = next(name for name in cluster.names if name != active)
    cluster.answers()
    before = len(cluster.moves())
    took = _killed(cluster, active, to=other, bound=PROCESS_BOUND)
    failed = cluster.balancer(active)
    said = len(failed.log.read_text(errors="replace"))
    failed.start_haproxy()
    until(lambda: "Entering BACKUP STATE" in failed.log.read_text(errors="replace")[said:], cluster.state)
    holds_for(DOWN_INTERVAL + 1, lambda: cluster.belongs_to(other), cluster.state)
    assert [move.name for move in cluster.moves()[before:]] == [other], cluster.state()
    back = _killed(cluster, other, to=active, bound=PROCESS_BOUND)
    assert [move.name for move in cluster.moves()[before:]] == [other, active], cluster.state()
    return [f"the VIP has moved after {took:.2f} s and stays; the next failure moves it back after {back:.2f} s"]


def _two_failures(cluster: Cluster) -> list[str]:
    """Two load balancers fail one after the other: the third serves; both come back: the first has the VIP again."""
    first, second, third = cluster.names
    _begun(cluster)
    once = _killed(cluster, first, to=second, bound=PROCESS_BOUND)
    twice = _killed(cluster, second, to=third, bound=PROCESS_BOUND)
    for name in (second, first):
        cluster.balancer(name).start_haproxy()
    cluster.comes_to(first)
    cluster.answers()
    return [f"the second has the VIP after {once:.2f} s, the third after {twice:.2f} s"]


def _by_the_script(cluster: Cluster) -> list[str]:
    """Without vrrp_track_process the script has to notice: slower, and within what its times add up to."""
    # A second for the last advert before the change, one for a busy machine.
    return [*_there_and_back(cluster, SCRIPT_BOUND + 2), f"and {SCRIPT_BOUND:.2f} s is what the script's times allow"]


SCENES: dict[str, Scene] = {
    "stacked": _there_and_back,
    "dual stack": _together,
    "sticky": _stays,
    "three": _two_failures,
    "script only": _by_the_script,
    "multicast": _there_and_back,
}


def _played(name: str) -> list[str]:
    with running(PLANS[name]) as cluster:
        return SCENES[name](cluster)


@pytest.fixture(scope="module")
def played() -> Iterator[dict[str, Future[list[str]]]]:
    """All scenes, under way."""
    with ThreadPoolExecutor(len(SCENES)) as pool:
        yield {name: pool.submit(_played, name) for name in SCENES}


@pytest.mark.parametrize("name", SCENES)
def test_a_cluster_serves_and_survives(name: str, played: dict[str, Future[list[str]]], figure: Figure) -> None:
    for line in played[name].result():
        figure(f"{name}: {line}")


@pytest.mark.parametrize("name", PLANS)
def test_the_plans_are_ones_that_halb_accepts(name: str) -> None:
    assert check_plan(PLANS[name]) == []
