"""RUNBOOK.md: a text for each phase, layout and system, and commands in the order that all of halb says."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.plan import values_of
from rules.plan.keys.machines import SYSTEMS
from rules.plan.model import Phase
from tests.examples import times
from tests.wizard.plans import ARTICLE, plans
from tests.wizard.render.kinds import DUAL, PODS
from tests.wizard.render.systems import on
from wizard.plan.plan import ApiServer, Plan
from wizard.questions.answers import answers_of
from wizard.questions.machine_changes import adding
from wizard.questions.writing import next_steps
from wizard.render.files import render
from wizard.render.runbook_values import runbook_values

STACKED = ARTICLE._replace(
    layout="stacked", port=8443, control_plane=tuple(ApiServer(lb.name, lb.address) for lb in ARTICLE.load_balancers)
)
AT_VIP = STACKED._replace(haproxy=STACKED.haproxy._replace(bind="vip"))
RUNNING = ARTICLE._replace(phase=Phase.CUTOVER)


def text_of(plan: Plan) -> str:
    return render(plan)["RUNBOOK.md"].text


def headings(plan: Plan) -> list[str]:
    return re.findall(r"^## (.*)$", text_of(plan), re.MULTILINE)


def test_the_parked_manifest_of_a_pod_is_beside_the_folder_of_manifests() -> None:
    values = runbook_values(PODS)
    move, source, parked = values["stop_haproxy"].split()
    assert (move, source) == ("mv", "/etc/kubernetes/manifests/haproxy.yaml")
    # The same file system, so that the move is one step; and no place that the kubelet reads.
    assert PurePosixPath(parked).parent == PurePosixPath("/etc/kubernetes")
    assert values["start_haproxy"] == f"mv {parked} {source}"
    assert values["stop_haproxy"] in text_of(PODS)
    assert values["start_haproxy"] in text_of(PODS)


def test_a_pair_that_serves_is_told_nothing_that_takes_the_name_off_the_vip() -> None:
    text = text_of(RUNNING)
    assert "kubeadm init --config" not in text
    assert " IN A " not in text
    assert "arping" not in text.replace("iputils-arping", "")  # the VIP is taken, by the pair itself
    assert headings(RUNNING)[:3] == ["Before anything", "Install", "Verify"]


@pytest.mark.parametrize(
    ("plan", "first"),
    [(ARTICLE, "Initial master"), (PODS, "Initial master"), (STACKED, "Load balancers"), (AT_VIP, "Load balancers")],
)
def test_load_balancers_come_first_where_the_initial_master_needs_them(plan: Plan, first: str) -> None:
    found = [heading for heading in headings(plan) if heading in ("Initial master", "Load balancers")]
    assert found[0] == first
    assert len(found) == 2


@pytest.mark.slow
@settings(max_examples=times(25))
@given(plans())
def test_the_first_command_is_on_the_first_two_screens(plan: Plan) -> None:
    text = text_of(plan)
    assert text[: text.index("\n```\n")].count("\n") < 48
    assert "\n\n\n" not in text


@pytest.mark.slow
@settings(max_examples=times(25))
@given(plans(), st.sampled_from(Phase))
def test_no_text_tells_of_steps_that_this_runbook_does_not_have(plan: Plan, phase: Phase) -> None:
    plan = plan._replace(phase=phase)
    text, told = text_of(plan), "\n".join(next_steps(Path("out"), plan, render(plan)))
    assert ("Cutover" in headings(plan)) == ("to the cutover" in told) == ("when its turn comes" in told)
    assert (" IN A" in text) == ("DNS record" in told)
    if "`kubeadm join` the new one, as above" in text:
        assert "\nkubeadm join " in text[: text.index("as above. The name")]
    else:
        assert "kubeadm token create --print-join-command" in text[text.index("## Replace a control-plane node") :]


@pytest.mark.parametrize("mode", ["unicast", "multicast"])
def test_the_order_of_installing_is_the_same_wherever_it_is_said(mode: str) -> None:
    """RUNBOOK.md, the words after writing, and those about one more load balancer: the holder of the VIP last."""
    plan = ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(mode=mode))
    wanted = ["haproxy-lb2", "haproxy-lb1"]
    for phase in Phase:
        assert re.findall(r" sudo sh (\S+)/install\.sh", text_of(plan._replace(phase=phase))) == wanted
    said = list(next_steps(Path("out"), plan, render(plan)))
    assert [line for line in said if "RUNBOOK.md" in line] == [said[1]]
    assert re.findall(r" to (\S+), and run", "\n".join(said)) == wanted
    dialog = "\n".join(adding(answers_of(values_of(plan))))
    assert re.findall(r"sh install\.sh on (\S+), then (\S+):", dialog) == [tuple(wanted)]
    assert dialog.index("haproxy-lb1") < dialog.index("Only then")
    assert "Only then `install.sh` on the new one" in text_of(plan)


@pytest.mark.parametrize("name", SYSTEMS)
def test_commands_are_those_of_the_system(name: str) -> None:
    text = text_of(on(name))
    install = {"debian": "apt-get", "ubuntu": "apt-get", "rhel": "dnf", "suse": "zypper", "alpine": "apk"}
    assert re.findall(r"^(apt-get|dnf|zypper|apk) .*haproxy keepalived", text, re.MULTILINE) == [install[name]]
    assert ("`rc-service haproxy stop`" in text) == (name == "alpine")
    assert ("/usr/libexec/keepalived/check-haproxy" in text) == (name == "rhel")
    kubelet = (
        "/etc/default/kubelet" if name in ("debian", "ubuntu") else "/etc/conf.d" if name == "alpine" else "sysconfig"
    )
    assert kubelet in text_of(on(name, STACKED))


def test_each_system_of_a_mixed_pair_has_its_commands() -> None:
    first, second = ARTICLE.load_balancers
    text = text_of(ARTICLE._replace(load_balancers=(first, second._replace(os="rhel"))))
    assert "On `haproxy-lb1`, as root:\n\n```\napt-get install" in text
    assert "On `haproxy-lb2`, as root:\n\n```\ndnf install" in text


def test_the_vips_and_the_router_id_are_looked_for_before_they_are_taken() -> None:
    text = text_of(DUAL)
    assert "arping -D -c 3 -I ens160 192.168.2.140 " in text
    assert "ping -c 3 -I ens160 fd00:2::140 " in text
    assert "tcpdump -n -i ens160 'ip proto 112 or ip6 proto 112'" in text
    assert "`vrid 33`" in text


def test_a_name_with_a_dash_is_a_title_without_a_backslash() -> None:
    assert text_of(ARTICLE._replace(name="kube-control")).startswith("# Control-plane endpoint of kube-control\n")
