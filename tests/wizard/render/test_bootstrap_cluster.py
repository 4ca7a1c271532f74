"""The bootstrap phase: `kubeadm init`, the certificates and the joins."""

from __future__ import annotations

import pytest

from rules.live.observations import Contact, ReplyKind
from rules.live.views.view import LiveView
from rules.live.views.wording import kubeadm_init
from tests.wizard.verify.views import (
    ELSEWHERE,
    MASTER,
    NAME,
    NODES,
    NS1,
    R1,
    SECOND,
    THIRD,
    VIP,
    alive,
    both,
    certificate,
    dead,
    gives,
    points_to,
    reply,
    serving,
    step,
    view,
)
from wizard.verify.checklist import Checklist, CheckStep, Status, checklist

INIT = kubeadm_init(NAME, 6443)
CLOSED = tuple(dead(node) for node in NODES)


def found(seen: LiveView, key: str) -> CheckStep:
    return step(checklist(seen), key)


def everything(found: Checklist) -> str:
    return "\n".join(
        text for step in found.steps for text in (step.todo, *(part for line in step.lines for part in line[1:]))
    )


def test_kubeadm_init_is_due_when_the_name_is_right_everywhere() -> None:
    seen = checklist(view(replies=points_to(MASTER), probes=CLOSED, system=gives(MASTER)))
    assert step(seen, "api").status is Status.WAIT
    assert seen.next == step(seen, "api")
    assert f"k8s-master1, type\n    {INIT} --apiserver-cert-extra-sans={VIP}" in step(seen, "api").todo


@pytest.mark.parametrize(
    "seen",
    [
        view(replies=points_to(ELSEWHERE), probes=CLOSED, system=gives(MASTER)),
        view(replies=[*both(NS1, MASTER), *both(R1, ELSEWHERE)], probes=CLOSED, system=gives(MASTER)),
        view(replies=[*both(NS1, MASTER), reply(R1, kind=ReplyKind.TIMEOUT)], probes=CLOSED, system=gives(MASTER)),
        view(replies=points_to(MASTER), probes=CLOSED, system=gives(ELSEWHERE)),
        view(probes=CLOSED),
        view(replies=points_to(MASTER), probes=[*CLOSED, dead(VIP, Contact.SILENT)], system=gives(MASTER)),
        view(replies=points_to(MASTER), probes=[dead(MASTER), *serving(SECOND, THIRD)], system=gives(MASTER)),
        view(replies=points_to(MASTER), probes=[dead(MASTER, Contact.TIMEOUT)], system=gives(MASTER)),
    ],
)
def test_kubeadm_init_is_not_shown_before_its_time_or_for_a_cluster_that_exists(seen: LiveView) -> None:
    assert "kubeadm init --" not in everything(checklist(seen))
    assert step(checklist(seen), "api").holds_up


def test_an_initial_master_that_is_not_ready_fails_with_what_to_look_at() -> None:
    seen = found(view(replies=points_to(MASTER), probes=[alive(MASTER, status=500)], system=gives(MASTER)), "api")
    assert seen.status is Status.FAIL
    assert "readyz?verbose" in seen.todo


@pytest.mark.parametrize(("status", "says"), [(200, Status.OK), (401, Status.WARN), (403, Status.WARN)])
def test_a_cluster_that_lets_nobody_in_is_alive_though_haproxys_check_has_to_know(status: int, says: Status) -> None:
    seen = found(view(probes=[alive(MASTER, status=status)]), "api")
    assert seen.status is says
    assert not seen.holds_up


def test_a_certificate_that_the_ca_file_does_not_vouch_for_fails() -> None:
    other = alive(MASTER)._replace(verified="self-signed certificate in certificate chain")
    seen = found(view(probes=[other]), "api")
    assert seen.status is Status.FAIL
    assert "self-signed certificate" in seen.lines[0].got


def test_a_certificate_without_the_name_fails_and_one_without_the_vip_warns() -> None:
    nameless = found(view(probes=[alive(MASTER, certificate("kubernetes"))]), "certificate")
    assert nameless.status is Status.FAIL
    assert f"--apiserver-cert-extra-sans={NAME},{VIP}" in nameless.todo
    vipless = found(view(probes=[alive(MASTER, certificate(addresses=()))]), "certificate")
    assert (vipless.status, VIP in vipless.lines[0].got) == (Status.WARN, True)
    assert found(view(probes=CLOSED), "certificate").status is Status.WAIT


def test_nodes_that_have_not_joined_are_to_be_joined() -> None:
    seen = checklist(
        view(replies=points_to(MASTER), probes=[alive(MASTER), alive(SECOND), dead(THIRD)], system=gives(MASTER))
    )
    assert seen.next == step(seen, "control-plane")
    assert f"kubeadm join {NAME}:6443 --control-plane" in step(seen, "control-plane").todo
    assert [line.status for line in step(seen, "control-plane").lines] == [Status.OK, Status.OK, Status.FAIL]
