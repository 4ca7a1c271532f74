"""The article's cluster as halb renders it, with the real daemons: it serves, and it survives the loss of haproxy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Figure
from tests.e2e.cluster import Cluster, running
from tests.net.waiting import until
from tests.wizard.plans import ARTICLE

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived"),
    pytest.mark.slow,
    pytest.mark.xdist_group("namespaces"),
]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running(ARTICLE) as made:
        yield made


def test_the_endpoint_answers_through_the_vip_and_again_after_haproxy_died(cluster: Cluster, figure: Figure) -> None:
    first, second = cluster.names
    until(lambda: cluster.belongs_to(first) and cluster.settled(), cluster.state)
    cluster.answers()

    killed = cluster.balancers[0].kill_haproxy()
    cluster.comes_to(second)
    took = cluster.moves()[-1].at - killed
    figure(f"haproxy killed on the active load balancer: the other has the VIP after {took:.2f} s")
    assert took < 3, cluster.state()
    assert cluster.asked() == ["alive"], cluster.state()

    cluster.balancers[0].start_haproxy()
    cluster.comes_to(first)
    cluster.answers()
