"""API servers that refuse strangers: whether haproxy's check takes their answer, and what to write if it does not."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest

from rules import NodeFiles, Run, options_for
from rules.live.views.view import LiveView
from rules.plan.model import Phase
from tests.wizard.plans import ARTICLE
from tests.wizard.verify.views import (
    CUTOVER,
    LB1,
    LB2,
    MASTER,
    NODES,
    PLAN,
    SECOND,
    VIP,
    alive,
    gives,
    points_to,
    serving,
    step,
    view,
)
from wizard.render.files import render
from wizard.verify.checklist import Status, checklist

TODO = "write 'check = \"readyz-401\"' under [haproxy] in halb.toml and render again"


def plan(phase: Phase, check: str) -> str:
    said = f'\n[haproxy]\ncheck = "{check}"\n' if check else ""
    return (CUTOVER if phase is Phase.CUTOVER else PLAN) + said


def seen(phase: Phase, check: str, status: int, *, files: str = "") -> LiveView:
    """Two of three API servers answer with a status; with `files`, haproxy.cfg has that check, not halb.toml's."""
    probes = [alive(address, status=status) for address in NODES[:2]]
    probes += [*serving(NODES[2], LB1, LB2), *(serving(VIP) if phase is Phase.CUTOVER else ())]
    leads = VIP if phase is Phase.CUTOVER else MASTER
    found = view(plan(phase, check), replies=points_to(leads), system=gives(leads), probes=probes)
    if not files:
        return found
    nodes = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(check=files), vip=ip_interface(f"{VIP}/24"))
    text = render(nodes)["haproxy-lb1/etc/haproxy/haproxy.cfg"].text
    fleet = Run({"lb1/haproxy.cfg": text}, options_for(None, [NodeFiles("lb1", ("lb1/haproxy.cfg",), ())])).fleet
    return LiveView(found.endpoint, found.observed, fleet)


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("status", [200, 401, 403])
@pytest.mark.parametrize("check", ["", "readyz", "readyz-401", "tcp"])
@pytest.mark.parametrize("files", ["", "readyz", "readyz-401", "tcp"])
def test_an_answer_that_haproxys_check_does_not_take_is_told(phase: Phase, status: int, check: str, files: str) -> None:
    refused = status != 200 and (files or check or "readyz") == "readyz"
    found = step(checklist(seen(phase, check, status, files=files)), "control-plane")
    lines = {line.subject: line for line in found.lines}
    words = f"answers {status} to haproxy's check, which counts it as down"
    told = [line for line in lines.values() if line.got == words]
    assert len(told) == 2 * refused
    assert all((line.status, line.todo) == (Status.WARN, TODO) for line in told)
    assert found.status is (Status.WARN if refused else Status.OK)
    assert found.todo == TODO * refused
    assert sum(line.status is Status.OK for line in lines.values()) == 3 - 2 * refused
    assert SECOND in str(found.lines) or len(lines) == 3


def test_an_initial_master_that_refuses_is_there_all_the_same() -> None:
    found = checklist(seen(Phase.BOOTSTRAP, "", 401))
    assert step(found, "api").status is Status.WARN
    assert step(found, "api").todo == TODO
    assert found.passed
