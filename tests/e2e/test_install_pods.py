"""install.sh where kubelet runs haproxy and keepalived: it waits until they serve, else everything is as it was."""

from __future__ import annotations

import pytest

from tests.e2e.managed import Pair, machines_of
from tests.e2e.pods import Pods
from tests.examples import ALL
from tests.net.waiting import until
from tests.wizard.plans import ARTICLE

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived"),
    pytest.mark.slow,
    pytest.mark.xdist_group("namespaces"),
]

PLAN = ARTICLE._replace(
    control_plane=ARTICLE.control_plane[:1],
    haproxy=ARTICLE.haproxy._replace(maxconn=1000, run="static-pod"),
    vrrp=ARTICLE.vrrp._replace(track="script"),
)
OTHER = PLAN._replace(haproxy=PLAN.haproxy._replace(balance="roundrobin"))


def nodes(pair: Pair) -> tuple[Pods, Pods]:
    """The load balancers, the one that comes last with a kubelet that is set up."""
    first, second = map(Pods, pair.balancers)
    second.start_kubelet()
    return first, second


def test_it_waits_until_the_pods_serve_and_a_change_restarts_their_containers() -> None:
    with machines_of(PLAN) as pair:
        first, second = nodes(pair)
        try:
            lb = second.balancer
            done = lb.install()
            assert (done.status, done.stderr) == (0, ""), f"{done}\n{pair.state()}"
            assert "192.168.2.140 is on this load balancer, keepalived here is in state MASTER\n" in done.stdout
            assert "192.168.2.140 answers\n" in done.stdout
            done = lb.install()
            assert (done.status, len(lb.backups)) == (0, 1)
            assert "nothing to do" in done.stdout
            first.start_kubelet()
            assert first.balancer.install().status == 0, pair.state()
            pair.comes_to(first.balancer.name)
            pair.render(OTHER)
            lb.forget()
            done = lb.install()
            assert (done.status, done.stderr) == (0, ""), f"{done}\n{pair.state()}"
            assert "the container of haproxy is restarted\n" in done.stdout
            assert lb.asked() == ["stop haproxy", "start haproxy"]
        finally:
            first.stop_kubelet()
            second.stop_kubelet()


@pytest.mark.parametrize("broken", ["haproxy", "keepalived"] if ALL else ["keepalived"])
def test_a_pod_that_does_not_come_up_brings_the_old_files_back(broken: str) -> None:
    with machines_of(PLAN) as pair:
        _, second = nodes(pair)
        try:
            lb = second.balancer
            second.hurry(60)
            second.breaks(broken)
            done = lb.install()
            assert (done.status, f"{broken} does not run: " in done.stderr) == (1, True), done
            assert "the files that were there are back, and so are the services: haproxy" in done.stderr
            assert (set(lb.tree()), lb.backups) == ({"kubernetes/kubelet.conf"}, [])
            until(lambda: lb.systemctl("is-active", "haproxy").status != 0, pair.state)
        finally:
            second.stop_kubelet()


def test_before_kubeadm_it_says_who_starts_them() -> None:
    with machines_of(PLAN, status=None) as pair:
        first = Pods(pair.balancers[0])
        done = first.balancer.install()
        assert (done.status, done.stderr) == (0, "")
        assert "kubelet is not set up yet: 'kubeadm init' or 'kubeadm join' starts both" in done.stdout
        assert {path.name for path in first.manifests.iterdir()} == {"haproxy.yaml", "keepalived.yaml"}
