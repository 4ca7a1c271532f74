"""`halb-lint --failover`, as it is run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.programs import Done, run
from tests.rules.failover.fleets import checked, instance
from tests.tools.failover_examples import EXAMPLES, shown

pytestmark = pytest.mark.slow

SECRET = "hunter2!"
PASSWORD = f"authentication {{\n auth_type PASS\n auth_pass {SECRET}#x{{y}}\n }}"
SILENT = ("--select", "KA001", "--no-config")  # a rule with nothing to say here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, EXAMPLES["kubeadm"])
    return tmp_path


def write(folder: Path, nodes: dict[str, str]) -> None:
    for name, text in nodes.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "keepalived.conf").write_text(text)


def lint(folder: Path, *arguments: str, **environment: str) -> Done:
    environment = {"PYTHONUTF8": "1", **environment}
    return run("--failover", *SILENT, *arguments, ".", cwd=folder, stdin=b"", module="rules", **environment)


def failover(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    done = lint(folder, "--format", "json", *arguments)
    assert done.status == 0, done.stderr
    entries: list[dict[str, Any]] = json.loads(done.stdout)["failover"]
    return entries


@pytest.mark.parametrize("form", ["full", "concise", "github"])
def test_text_is_the_same_table_in_all_formats_for_people(folder: Path, form: str) -> None:
    done = lint(folder, "--format", form, "--quiet")
    assert (done.status, done.stdout, done.stderr) == (0, shown("kubeadm"), "")


def test_without_the_option_there_is_no_table(folder: Path) -> None:
    assert run(*SILENT, "--quiet", ".", cwd=folder).stdout == ""
    assert json.loads(run(*SILENT, "--format", "json", ".", cwd=folder).stdout)["failover"] is None


def test_findings_come_first_and_decide_the_status(folder: Path) -> None:
    done = run("--failover", "--quiet", "--select", "XN002", "--no-config", ".", cwd=folder, PYTHONUTF8="1")
    assert (done.status, done.stdout) == (0, shown("kubeadm"))
    write(folder, {"lb2": EXAMPLES["kubeadm"]["lb2"].replace("virtual_router_id 51", "virtual_router_id 52")})
    done = run("--failover", "--quiet", "--select", "XN002", "--no-config", ".", cwd=folder, PYTHONUTF8="1")
    assert done.status == 1
    findings, table = done.stdout.split("\n\n", 1)
    assert findings.startswith("lb2/keepalived.conf:12:23: XN002 ")
    assert "virtual_router_id is 51 on lb1 and 52 on lb2" in table


def test_json_has_an_object_for_each_vip_and_event(folder: Path) -> None:
    entries = failover(folder)
    keys = {
        "vip",
        "instance",
        "event",
        "before",
        "owners",
        "holders",
        "outage_s",
        "verdict",
        "why",
        "possible",
        "flaps",
    }
    assert all(set(entry) == keys for entry in entries)
    by_event = {entry["event"]: entry for entry in entries}
    assert len(by_event) == len(entries) == 57
    assert by_event["lb1:haproxy"] == {
        "vip": "192.168.2.140",
        "instance": "VI_1",
        "event": "lb1:haproxy",
        "before": ["lb1"],
        "owners": ["lb2"],
        "holders": ["lb2"],
        "outage_s": {"min": 29.61, "max": 33.61},
        "verdict": "ok",
        "why": "lb1 drops from 101 to 99; lb2 takes over",
        "possible": [{"before": ["lb1"], "owners": ["lb2"], "holders": ["lb2"], "verdict": "ok"}],
        "flaps": False,
    }
    assert by_event["healthy"]["outage_s"] == {"min": 0.0, "max": 0.0}
    assert by_event["lb1:power+lb2:power"]["outage_s"] == {"min": None, "max": None}
    assert by_event["lb1:keepalived"]["holders"] == ["lb1", "lb2"]


def test_json_has_all_that_can_come_of_an_event(tmp_path: Path) -> None:
    write(tmp_path, EXAMPLES["nopreempt"])
    entry = next(entry for entry in failover(tmp_path) if entry["event"] == "lb1:haproxy")
    assert entry["verdict"] == "failing-owner"
    assert entry["outage_s"] == {"min": 0.0, "max": None}
    assert [(way["before"], way["owners"], way["verdict"]) for way in entry["possible"]] == [
        (["lb1"], ["lb1"], "failing-owner"),
        (["lb2"], ["lb2"], "stays"),
    ]


def test_json_says_it_when_the_vip_flaps(tmp_path: Path) -> None:
    def password(word: str) -> str:
        return f"authentication {{\n auth_type PASS\n auth_pass {word}\n }}"

    passwords = ("one", "one", "two")
    write(tmp_path, {f"lb{n}": instance(150 - n, password(word)) for n, word in enumerate(passwords)})
    healthy = next(entry for entry in failover(tmp_path) if entry["event"] == "healthy")
    assert (healthy["verdict"], healthy["flaps"]) == ("split-brain", True)


def test_an_unknown_vip_is_one_object_with_the_reason(tmp_path: Path) -> None:
    write(tmp_path, {"lb1": instance("$PRIO"), "lb2": instance(100)})
    reason = "lb1: priority depends on something that is not in the files"
    nobody: dict[str, list[str]] = {"before": [], "owners": [], "holders": [], "possible": []}
    about = {"vip": "192.0.2.10", "instance": "API", "event": "healthy"}
    verdict = {"outage_s": None, "verdict": "unknown", "why": reason, "flaps": False}
    assert failover(tmp_path) == [{**about, **nobody, **verdict}]
    assert f"? unknown: {reason}\n" in lint(tmp_path).stdout


def test_notes_of_json_go_to_stderr(folder: Path) -> None:
    note = "halb-lint: failover: the file does not show what script 'check' tests (lb1, lb2)"
    assert note in lint(folder, "--format", "json").stderr
    assert lint(folder, "--format", "json", "--quiet").stderr == ""
    assert "failover:" not in lint(folder).stderr


def test_output_goes_to_a_file(folder: Path) -> None:
    done = lint(folder, "--output", "table.txt", PYTHONIOENCODING="ascii")
    assert done.stdout == ""
    assert (folder / "table.txt").read_text(encoding="utf-8") == shown("kubeadm")


def test_colour_only_when_wanted(folder: Path) -> None:
    assert "\x1b[" not in lint(folder).stdout
    assert "\x1b[32m✓ ok" in lint(folder, "--color", "always").stdout
    assert "\x1b[32m✓ ok" in lint(folder, FORCE_COLOR="1").stdout
    assert "\x1b[" not in lint(folder, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_an_output_without_unicode(folder: Path) -> None:
    done = lint(folder, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.stdout.isascii()
    assert "lb1:power            lb1 -> lb2      2.6-3.6 s    + ok\n" in done.stdout


def test_the_width_of_the_terminal(folder: Path) -> None:
    wide = lint(folder, COLUMNS="140").stdout
    assert "29.6-33.6 s  ✓ ok  lb1 drops from 101 to 99; lb2 takes over\n" in wide


def test_no_keepalived_conf_at_all(tmp_path: Path) -> None:
    (tmp_path / "haproxy.cfg").write_text("frontend api\n    bind *:6443\n")
    line = "there is no keepalived.conf among the files, so there is no VIP to fail over"
    done = lint(tmp_path, COLUMNS="100")
    assert (done.status, done.stdout) == (0, f"note: {line}\n")
    assert failover(tmp_path) == []
    assert line in lint(tmp_path, "--format", "json").stderr


def test_no_virtual_address_at_all(tmp_path: Path) -> None:
    write(tmp_path, {"lb1": "global_defs {\n router_id x\n}\n"})
    assert lint(tmp_path, COLUMNS="120").stdout.startswith("note: no keepalived.conf among the files has a virtual")
    assert failover(tmp_path) == []


def test_halb_toml_tells_the_addresses_of_the_nodes(tmp_path: Path) -> None:
    peers = {name: f"unicast_peer {{\n 192.0.2.{peer}\n }}" for name, peer in (("lb1", 12), ("lb2", 11), ("lb3", 11))}
    write(tmp_path, {name: instance(100 + int(name[-1]), peers[name]) for name in peers})
    assert "? unknown: lb3: the address that it sends from is not known" in lint(tmp_path).stdout
    tables = (f'[[lb]]\nname = "{name}"\naddress = "192.0.2.1{name[-1]}"\n' for name in peers)
    (tmp_path / "halb.toml").write_text("".join(tables))
    done = run("--failover", "--select", "KA001", "--quiet", ".", cwd=tmp_path, PYTHONUTF8="1")
    # Highest is lb3, and sends to lb1 only.
    assert re.search(r"^healthy +lb2\+lb3 +- +✗ split brain$", done.stdout, re.MULTILINE)


def test_no_password_is_shown(tmp_path: Path) -> None:
    for text in (instance(110, PASSWORD), instance(110, PASSWORD.replace("#", "")), instance("$P", PASSWORD)):
        write(tmp_path, {"lb1": text, "lb2": text.replace("110", "100")})
        for form in ("full", "concise", "json", "github"):
            done = run("--failover", "--format", form, "--no-config", ".", cwd=tmp_path)
            assert SECRET[:6] not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param({"lb1": checked(110, 0)}, id="one node"),
        pytest.param({"lb1": "", "lb2": instance(100)}, id="an empty file"),
        pytest.param({"lb1": "vrrp_instance A {\n" * 50, "lb2": instance(100)}, id="braces without end"),
        pytest.param({"lb1": instance(110) + "}\n", "lb2": instance(100)}, id="a brace too many"),
        pytest.param({"lb1": instance("abc"), "lb2": instance("999")}, id="priorities that are none"),
        pytest.param({"lb1": instance(110, vips=("not-an-address",)), "lb2": instance(100)}, id="a VIP that is none"),
        pytest.param({"lb1": instance(110, vrid=0), "lb2": instance(100, vrid=256)}, id="ids that are none"),
        pytest.param({"lb1": "include *.conf\n" + instance(110), "lb2": instance(100)}, id="an include of itself"),
        pytest.param({"lb1": instance(110, advert=0), "lb2": instance(100, advert=-1)}, id="advert_int that is none"),
    ],
)
@pytest.mark.parametrize("form", ["full", "json"])
def test_bad_files_are_told_in_words(tmp_path: Path, nodes: dict[str, str], form: str) -> None:
    write(tmp_path, nodes)
    done = run("--failover", "--fail-on", "never", "--format", form, "--no-config", ".", cwd=tmp_path)
    assert "internal error" not in done.stderr
    assert done.status in (0, 2)
    assert done.stdout


_DROP_IN = "[Service]\nRestart=on-failure\nRestartSec=1\n"


def put_with_drop_ins(folder: Path, files: Mapping[str, str], drop_ins: Mapping[str, str]) -> None:
    """Each node's keepalived.conf in its tree of /etc, and the drop-ins of its unit there."""
    for name, text in files.items():
        etc = folder / name / "etc"
        units = etc / "systemd" / "system" / "keepalived.service.d"
        for place in (etc / "keepalived", units):
            place.mkdir(parents=True)
        (etc / "keepalived" / "keepalived.conf").write_text(text)
        for path, unit in drop_ins.items():
            (units / path).write_text(unit)


def test_a_sticky_load_balancer_that_is_started_again_does_not_take_the_vip_back(tmp_path: Path) -> None:
    put_with_drop_ins(tmp_path, EXAMPLES["nopreempt"], {"halb.conf": _DROP_IN})
    rows = [row for row in failover(tmp_path) if row["event"].endswith(":keepalived") and "systemd" in row["why"]]
    assert rows
    assert not [row for row in rows if "takes it back" in row["why"]]


@pytest.mark.parametrize(
    ("drop_ins", "restarted"),
    [
        ({}, False),
        ({"halb.conf": _DROP_IN}, True),
        ({"halb.conf": "# Restart=always\n[Service]\nRestart=no\n"}, False),
        ({"10.conf": _DROP_IN, "20.conf": "[Service]\nRestart=on-success\n"}, False),
        ({"10.conf": "[Service]\nRestart=\n", "20.conf": "[Service]\n Restart = always\n"}, True),
    ],
    ids=["none", "halb's", "comment", "the last one counts", "spaces"],
)
def test_a_killed_keepalived_that_systemd_starts_again_is_said_to_be(
    tmp_path: Path, drop_ins: dict[str, str], restarted: bool
) -> None:
    put_with_drop_ins(tmp_path, EXAMPLES["kubeadm"], drop_ins)
    rows = {entry["event"]: entry for entry in failover(tmp_path)}
    # What the files show of systemd changes the row's words, and not its verdict: the contract's known limit.
    assert rows["lb1:keepalived"]["verdict"] == "known-limit"
    left = "the killed keepalived leaves the address on lb1"
    by_itself = f"{left} until systemd starts it again by itself; lb2 takes over, and lb1 takes it back"
    by_hand = f"{left}; lb2 takes over as well, until keepalived runs on lb1 again"
    assert rows["lb1:keepalived"]["why"] == (by_itself if restarted else by_hand)
    assert "systemd" not in rows["lb2:keepalived"]["why"]
