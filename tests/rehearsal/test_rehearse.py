"""Rehearsals with the real daemons: the article's plan holds what is predicted, a mistake is shown, nothing is left."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import roots
from tests.conftest import Figure
from tests.examples import ALL as ALL_EXAMPLES
from tests.net.waiting import until
from tests.programs import Done
from tests.rehearsal.fleets import BROKEN, replaced, write_pair
from tests.rehearsal.running import left_of, processes_of, rehearsed, started
from tests.wizard.plans import ARTICLE
from wizard.plan.file import write_plan
from wizard.rehearsal.lab.network import sweep

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived", "openssl", "nsenter"),
    pytest.mark.slow,
    pytest.mark.xdist_group("rehearsal"),
]

ALL = "haproxy-lb1:haproxy,haproxy-lb1:keepalived,haproxy-lb1:power,haproxy-lb2:haproxy,k8s-master1:500,haproxy-reload"
FIRST = ("--events", "lb1:haproxy", "--jobs", "1", "--format", "json")


def _events(done: Done) -> dict[str, Any]:
    assert done.stdout, done.stderr
    return {event["event"]: event for event in json.loads(done.stdout)["events"]}


CHANGES = {
    "the weight is too small": BROKEN["the weight is too small"],
    "refused by haproxy": replaced("option redispatch", "optoin redispatch"),
    "no such script": replaced("/usr/bin/pgrep -x haproxy", "/usr/local/bin/check-of-nobody"),
    "no port to listen on": BROKEN["haproxy binds the VIP"],
    "another network": replaced("192.0.2.10/24", "198.51.100.10/24"),
}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


class Ended(NamedTuple):
    """A rehearsal that was ended by a signal: its number, its status, what it said, and what it left at that moment."""

    process: int
    status: int
    said: str
    left: list[str]


class Played(NamedTuple):
    """All rehearsals of this module, under way: they mostly wait, so they do it side by side."""

    report: Path
    article: Future[Done]
    pairs: dict[str, Future[Done]]
    ended: dict[signal.Signals, Future[Ended]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("article")
    plan = folder / "halb.toml"
    plan.write_text(write_plan(ARTICLE), encoding="utf-8")
    plan.chmod(0o600)
    report = folder / "report"
    with ThreadPoolExecutor(3) as pool:
        options = ("--events", ALL, "--jobs", "2", "--format", "json", "--report", str(report))
        article = pool.submit(rehearsed, str(plan), *options)
        pairs = {
            name: pool.submit(rehearsed, *write_pair(tmp_path_factory.mktemp("pair"), change), *FIRST)
            for name, change in CHANGES.items()
        }
        hanging = folder / "haproxy"
        hanging.write_text("#!/bin/sh\nexec sleep 600\n", encoding="utf-8")
        hanging.chmod(0o755)
        good = write_pair(tmp_path_factory.mktemp("pair"))
        pairs["hanging"] = pool.submit(rehearsed, *good, *FIRST, "--haproxy", str(hanging))
        if roots.lacking(roots.IN_CI) is None:
            root = roots.root_of(roots.IN_CI)
            others = ("--root", str(root.path), "--report", str(folder / "other"))
            pairs["another release"] = pool.submit(rehearsed, *good, *FIRST, *others)
        ended = {how: pool.submit(_end, write_pair(tmp_path_factory.mktemp("pair")), how) for how in SIGNALS}
        yield Played(report, article, pairs, ended)


def _end(folders: list[str], how: signal.Signals) -> Ended:
    """End a rehearsal that is under way."""
    process = started(*folders, *FIRST)
    try:
        # The first process, haproxy's two and keepalived's two, on both load balancers.
        until(lambda: processes_of(process.pid) >= 10 or process.poll() is not None, lambda: str(left_of(process.pid)))
        assert process.poll() is None
        process.send_signal(how)
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    return Ended(process.pid, process.returncode, said.decode(), left_of(process.pid))


def test_the_predictions_for_the_article_s_plan_hold(played: Played, figure: Figure) -> None:
    done = played.article.result()
    events = _events(done)
    assert done.status == 0, done.stdout + done.stderr
    assert set(events) == {"healthy", *ALL.split(",")[:-1], "haproxy-lb1:haproxy-reload", "haproxy-lb2:haproxy-reload"}
    killed = events["haproxy-lb1:haproxy"]["vips"][0]
    assert (killed["before"], killed["after"]) == (["haproxy-lb1"], ["haproxy-lb2"])
    power = events["haproxy-lb1:power"]["vips"][0]
    figure(
        f"rehearsal: haproxy killed {killed['outage_s']:.2f} s, power lost {power['outage_s']:.2f} s without an owner"
    )
    assert killed["outage_s"] < killed["predicted_outage_s"]["max"] + 0.6
    assert events["haproxy-lb1:keepalived"]["verdict"] == "known-limit"
    assert events["haproxy-lb1:keepalived"]["vips"][0]["after"] == ["haproxy-lb1", "haproxy-lb2"]
    assert events["haproxy-lb2:haproxy"]["failure"]["failed"] == 0
    assert all(events[f"haproxy-lb{number}:haproxy-reload"]["failure"]["failed"] == 0 for number in (1, 2))
    assert 0 < events["k8s-master1:500"]["given_up_s"]["k8s-master1"] < 12


def test_the_report_has_everything_and_no_password(played: Played) -> None:
    done, report = played.article.result(), played.report
    names = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()}
    assert {"report.txt", "report.json", "report.xml", "timeline.svg", "logs/haproxy-lb1-1.log"} <= names
    texts = [done.stdout, done.stderr, *((report / name).read_text() for name in names)]
    assert ARTICLE.vrrp.auth_pass is not None
    assert not any(ARTICLE.vrrp.auth_pass in text for text in texts)
    assert "Entering MASTER STATE" in (report / "logs/haproxy-lb1-1.log").read_text()
    assert "<svg" in (report / "timeline.svg").read_text()


def test_a_weight_that_is_too_small_is_shown(played: Played) -> None:
    done = played.pairs["the weight is too small"].result()
    event = _events(done)["lb1:haproxy"]
    assert done.status == 1
    assert (event["verdict"], event["vips"][0]["prediction"]) == ("fault", "failing-owner")
    assert event["vips"][0]["after"] == ["lb1"]
    assert event["failure"]["failed"] > 20
    assert "still above healthy lb2" in event["why"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("refused by haproxy", ["lb1: haproxy refuses its file:", "haproxy.cfg:11] : unknown keyword 'optoin'"]),
        ("no such script", ["keepalived.conf:8: '/usr/local/bin/check-of-nobody' is neither", "put the script beside"]),
        ("no port to listen on", ["lb1: haproxy ends at its start:", "cannot bind socket", "192.0.2.10:6443"]),
        ("another network", ["lb1: its address 192.0.2.11 is not in the network of VIP 198.51.100.10"]),
    ],
)
def test_what_can_t_be_played_is_said_plainly(name: str, said: list[str], played: Played) -> None:
    done = played.pairs[name].result()
    assert done.status == 2
    assert done.stdout == ""
    assert all(words in done.stderr for words in said), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", SIGNALS)
def test_nothing_is_left_of_a_rehearsal_that_was_ended(played: Played, how: signal.Signals) -> None:
    ended = played.ended[how].result()
    if how is signal.SIGKILL:
        assert ended.left
        sweep()  # which is what the next rehearsal begins with
    else:
        assert ended.status == 128 + how
        assert "everything that it made is removed" in ended.said
    until(lambda: not left_of(ended.process), lambda: "\n".join(left_of(ended.process)))


SHOWN = {
    "the router IDs differ": ("healthy", "fault", "virtual_router_id is 51 on lb1 and 52 on lb2"),
    "the weight is too small": ("lb1:haproxy", "fault", "still above healthy lb2"),
    "a wrong peer": ("healthy", "fault", "unicast_peer of lb1 does not list lb2"),
    "the check tests nothing": ("lb1:haproxy", "fault", "keepalived on lb1 does not check haproxy"),
    "a pipe in the script": ("healthy", "fault", "FAULT because of script 'check_haproxy' on lb1 and lb2"),
    "script security without a user": ("lb1:haproxy", "fault", "without script_user"),
    "two frontends on one port": ("healthy", "not-as-predicted", "connections failed although nothing was wrong"),
}
"""The event that shows a mistake, its verdict, and why; haproxy refuses to start with the one that is not here."""
DEEP = [name for name in BROKEN if name not in CHANGES] if ALL_EXAMPLES else ["a pipe in the script"]


@pytest.mark.release(roots.IN_CI)
def test_another_release_is_rehearsed_beside_the_system_s(played: Played) -> None:
    done = played.pairs["another release"].result()
    assert done.status == 0, done.stdout + done.stderr
    said = (played.report.parent / "other/logs/lb1-1.log").read_text()
    assert f"Starting Keepalived v{roots.IN_CI}" in said


def test_a_daemon_that_hangs_is_given_up_after_seconds(played: Played) -> None:
    done = played.pairs["hanging"].result()
    assert done.status == 2
    assert "lb1: 'haproxy -c' does not end within 10 s" in done.stderr


@pytest.mark.deep
@pytest.mark.parametrize("name", DEEP)
def test_every_mistake_is_shown(name: str, tmp_path: Path) -> None:
    done = rehearsed(*write_pair(tmp_path, BROKEN[name]), *FIRST)
    assert done.status == 1, done.stdout + done.stderr
    event, verdict, why = SHOWN[name]
    found = _events(done)[event]
    assert found["verdict"] == verdict
    assert why in found["why"]
    assert "Traceback" not in done.stderr
