"""The runbook's commands for load balancers that run haproxy as a static pod."""

from __future__ import annotations

from pathlib import PurePosixPath

from tests.wizard.plans import ARTICLE
from wizard.render.files import render
from wizard.render.template_values import runbook_values

PODS = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(run="static-pod"), vrrp=ARTICLE.vrrp._replace(track="script"))


def test_the_parked_manifest_of_a_pod_is_beside_the_folder_of_manifests() -> None:
    values = runbook_values(PODS)
    move, source, parked = values["stop_haproxy"].split()
    assert (move, source) == ("mv", "/etc/kubernetes/manifests/haproxy.yaml")
    # The same file system, so that the move is one step; and no place that the kubelet reads.
    assert PurePosixPath(parked).parent == PurePosixPath("/etc/kubernetes")
    assert values["start_haproxy"] == f"mv {parked} {source}"
    text = render(PODS)["RUNBOOK.md"].text
    assert values["stop_haproxy"] in text
    assert values["start_haproxy"] in text
