"""What is drawn of a look at the network: who answers, who has the VIP."""

from __future__ import annotations

from pathlib import Path

from rules.plan.model import Phase
from tests.wizard.tui.support.pilot import ARTICLE
from tests.wizard.verify.views import (
    CUTOVER,
    LB1,
    LB2,
    NODES,
    VIP,
    dead,
    gives,
    points_to,
    ready,
    serving,
    view,
)
from wizard.probes.seen import SeenCluster, seen
from wizard.questions.answers import Answers
from wizard.tui.widgets.topology import draw

HEAD = "IP address       HW type     Flags       HW address            Mask     Device\n"


def neighbours(root: Path, *rows: tuple[str, str, str]) -> Path:
    """A root with this list of neighbours: address, flags, Ethernet address."""
    (root / "proc/net").mkdir(parents=True)
    lines = [f"{address}   0x1   {flags}   {mac}   *   eth0\n" for address, flags, mac in rows]
    (root / "proc/net/arp").write_text(HEAD + "".join(lines))
    return root


def test_who_answers_and_where_the_name_leads(tmp_path: Path) -> None:
    probes = (*serving(*NODES, LB1, VIP), dead(LB2))
    found = seen(view(CUTOVER, replies=points_to(VIP), probes=probes, system=gives(VIP)), tmp_path)
    assert found.answering[LB1]
    assert not found.answering[LB2]
    assert found.phase is Phase.CUTOVER
    assert found.holder == ""


def test_the_holder_is_who_has_the_vips_ethernet_address(tmp_path: Path) -> None:
    root = neighbours(
        tmp_path,
        (VIP, "0x2", "02:00:00:00:00:02"),
        (LB1, "0x2", "02:00:00:00:00:01"),
        (LB2, "0x2", "02:00:00:00:00:02"),
    )
    assert seen(view(CUTOVER, probes=ready()), root).holder == "haproxy-lb2"


def test_an_unanswered_or_shared_ethernet_address_tells_nothing(tmp_path: Path) -> None:
    gone = neighbours(tmp_path / "a", (VIP, "0x0", "00:00:00:00:00:00"), (LB1, "0x0", "00:00:00:00:00:00"))
    assert seen(view(CUTOVER, probes=ready()), gone).holder == ""
    router = neighbours(tmp_path / "b", *((address, "0x2", "02:00:00:00:00:09") for address in (VIP, LB1, LB2)))
    assert seen(view(CUTOVER, probes=ready()), router).holder == ""
    own = neighbours(tmp_path / "c", (VIP, "0x2", "00:00:5e:00:01:21"), (LB1, "0x2", "02:00:00:00:00:01"))
    assert seen(view(CUTOVER, probes=ready()), own).holder == ""


def test_this_machine_is_the_holder_if_it_has_the_vip(tmp_path: Path) -> None:
    assert seen(view(CUTOVER, probes=ready(), local=[LB1, VIP]), tmp_path).holder == "haproxy-lb1"


def test_the_picture_marks_who_answers() -> None:
    now = SeenCluster(
        {"192.168.2.140": True, "192.168.2.142": False, "192.168.2.153": True}, "haproxy-lb1", Phase.CUTOVER
    )
    drawn = [line.plain for line in draw(Answers(ARTICLE), 78, now)]
    assert "└─▶ ✓ 192.168.2.140  VIP, on haproxy-lb1" in drawn
    assert any("✗ haproxy-lb2" in line for line in drawn)
    assert any("· ✓ k8s-master3" in line for line in drawn)
