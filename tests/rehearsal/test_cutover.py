"""The cutover: when it can be played, what the name server answers, and real clients that follow a name."""

from __future__ import annotations

from pathlib import Path

import dns.message
import pytest

from tests.conftest import Figure
from tests.rehearsal.fleets import PLANS, rehearsal_of, stage_for
from tests.wizard.plans import ARTICLE
from wizard.plan.plan import Plan
from wizard.rehearsal.programs.names import Zone
from wizard.rehearsal.rehearse import rehearse

TTL = 3
"""Seconds, so that the test need not wait for a minute."""


def test_the_name_moves_from_the_initial_master_to_the_vip(tmp_path: Path) -> None:
    name = stage_for(ARTICLE, tmp_path).name
    assert name is not None
    assert tuple(map(str, name)) == (ARTICLE.endpoint, "6443", "192.168.2.151", "192.168.2.140", "60")


def test_where_the_initial_master_has_another_port_no_cutover_is_played(tmp_path: Path) -> None:
    stage = stage_for(PLANS["stacked"], tmp_path)
    assert stage.name is None
    assert any(note.startswith("the DNS cutover is not played: clients use port 8443") for note in stage.notes)


@pytest.mark.parametrize(
    ("asked", "kind", "answers"),
    [
        ("kube.example.com", "A", ["192.0.2.1"]),
        ("KUBE.example.com.", "A", ["192.0.2.1"]),
        ("kube.example.com", "AAAA", []),
        ("other.example.com", "A", []),
    ],
)
def test_the_name_server_has_one_record(asked: str, kind: str, answers: list[str]) -> None:
    zone = Zone("kube.example.com", 60, "192.0.2.1")
    reply = dns.message.from_wire(zone.answer(dns.message.make_query(asked, kind).to_wire()))
    assert [str(record) for found in reply.answer for record in found] == answers
    assert all(found.ttl == 60 for found in reply.answer)
    zone.address = "192.0.2.2"
    moved = dns.message.from_wire(zone.answer(dns.message.make_query("kube.example.com", "A").to_wire()))
    assert str(moved.answer[0][0]) == "192.0.2.2"


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived", "openssl", "nsenter")
@pytest.mark.slow
@pytest.mark.xdist_group("rehearsal-plans")
@pytest.mark.parametrize("plan", [ARTICLE, PLANS["IPv6"]], ids=["IPv4", "IPv6"])
def test_clients_by_name_follow_it_within_its_time(plan: Plan, tmp_path: Path, figure: Figure) -> None:
    what = rehearsal_of(plan, tmp_path, "cutover", "taken-out")
    assert what.stage.name is not None
    short = what.stage._replace(name=what.stage.name._replace(ttl=TTL))
    result = rehearse(what._replace(stage=short))
    assert result.passed, [judged.why for judged in result.judged]
    followed = next(judged.played.followed for judged in result.judged if judged.turn.name == "dns:cutover")
    assert followed is not None
    assert followed.came
    assert 0 < followed.kept < TTL + 1
    assert (followed.failed, followed.asked > 20) == (0, True)
    out = next(judged for judged in result.judged if judged.turn.name.endswith(":taken-out"))
    assert (out.failure.failed, out.recovery.failed) == (0, 0)
    assert not any(move.at >= out.played.began for move in out.played.moves)
    figure(f"cutover: clients kept the old address for {followed.kept:.1f} s of {followed.ttl}, none failed")
