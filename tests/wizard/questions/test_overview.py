"""The plan in about ten lines, and what is drawn of it: right values alone, each leading to its step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.wizard.plans import ARTICLE as PLAN
from tests.wizard.tui.support.pilot import ARTICLE
from wizard.plan.file import lb_files, write_plan
from wizard.questions.answers import Answers, Place, from_toml
from wizard.questions.overview import LineState, overview
from wizard.questions.review import plan_text
from wizard.questions.session import judge, step_of
from wizard.questions.start_choices import age, reached
from wizard.questions.steps import ADVANCED
from wizard.tui.widgets.topology import draw


def test_the_articles_plan_is_about_ten_lines_without_its_password() -> None:
    answers = from_toml(write_plan(PLAN))
    lines = overview(judge(answers), answers)
    assert len(lines) <= 10
    assert all(line.state is LineState.DONE for line in lines)
    words = " ".join(line.text for line in lines)
    for wanted in ("kube-control.kacangisnuts.com:6443", "192.168.2.140/24", "haproxy-lb2 192.168.2.142 ens160"):
        assert wanted in words
    assert PLAN.vrrp.auth_pass is not None
    assert PLAN.vrrp.auth_pass not in words
    assert "Password is set" in words


def test_each_line_leads_to_the_answer_that_is_wrong_or_missing() -> None:
    answers = Answers({Place("cluster", 0, "endpoint"): "k.example.com", Place("vip", 0, "address"): "nonsense"})
    outcome = judge(answers)
    lines = {line.key: line for line in overview(outcome, answers)}
    assert lines["dns"].state is LineState.DONE
    assert lines["vip"].state is LineState.WRONG
    assert lines["load-balancers"].state is LineState.OPEN
    for line in lines.values():
        step = step_of(line.place)
        assert step is not None
        assert step.key == line.key
        assert line.place in (*outcome.faults, *outcome.missing) or line.state is LineState.DONE


def test_a_stacked_cluster_has_the_port_that_will_be_written() -> None:
    answers = Answers(ARTICLE)
    for number in range(2):
        answers = answers.put(Place("lb", number, "address"), f"192.168.2.15{number + 1}")
    (dns, *_) = overview(judge(answers), answers)
    assert "kube-control.kacangisnuts.com:8443" in dns.text
    assert draw(answers)[0].plain == "kube-control.kacangisnuts.com:8443"


def test_a_wrong_answer_is_not_drawn() -> None:
    answers = Answers({**ARTICLE, Place("vip", 0, "address"): "192.168.2.1400/24"})
    drawn = "\n".join(line.plain for line in draw(answers))
    assert "1400" not in drawn
    assert "(no address yet)" in drawn


def test_after_the_cutover_the_name_leads_to_the_vip() -> None:
    drawn = [line.plain for line in draw(Answers({**ARTICLE, Place("cluster", 0, "phase"): "cutover"}))]
    assert drawn[1] == "└─▶ 192.168.2.140  VIP"
    assert not any("initial master" in line for line in drawn)


def test_the_masters_are_drawn_before_there_is_a_vip() -> None:
    answers = Answers({place: text for place, text in ARTICLE.items() if place.table in ("cluster", "control_plane")})
    assert draw(answers)[-1].plain == "└╌╌ k8s-master2 .152 · k8s-master3 .153"


def test_ages_and_the_step_that_was_reached() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    ages = {timedelta(seconds=5): "just now", timedelta(minutes=7): "7 min ago", timedelta(days=2): "2 d ago"}
    assert {ago: age(now - ago, now) for ago in ages} == ages
    assert age(now + timedelta(hours=1), now) == "just now"  # a clock that was put back
    assert (reached(Answers()).key, reached(Answers(ARTICLE)).key) == ("dns", "load-balancers")


def more(answers: Answers) -> str:
    return next(line.text for line in overview(judge(answers), answers) if line.key == ADVANCED)


@pytest.mark.parametrize("own", ["imported", "halb's", "elsewhere"])
def test_the_files_of_the_overview_are_those_that_halb_toml_gets(tmp_path: Path, own: str) -> None:
    """Imported paths are said once, by their folders, and not as the files that halb-lint is to read."""
    answers = Answers({**ARTICLE, Place("cluster", 0, "phase"): "cutover"})
    for number in range(2):
        at, name = Place("lb", number, "files"), ARTICLE[Place("lb", number, "name")]
        old = f"{tmp_path}/{name}/haproxy.cfg, {tmp_path}/{name}/keepalived.conf"
        files = {"imported": old, "halb's": ", ".join(lb_files(name)), "elsewhere": f"{tmp_path}/mine.cfg"}[own]
        answers = answers.put(at._replace(key="imported"), old).put(at, files)
    text, written = more(answers), plan_text(judge(answers), tmp_path)
    assert f"haproxy-lb2 Imported from …/{ARTICLE[Place('lb', 1, 'name')]}" in text
    assert text.count(str(tmp_path)) == 2 * (own == "elsewhere")
    if own == "elsewhere":
        assert f"haproxy-lb1 Files {tmp_path}/mine.cfg" in text
        assert "mine.cfg" in written
    else:
        assert "Files" not in text
        assert '"haproxy-lb1/etc/haproxy/haproxy.cfg"' in written
        assert len(text) < 160
