"""`--native`: what the daemons say, read, asked for, and set beside what halb says."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from rules import lint
from rules.engine.finding import NodeFiles, Report
from rules.engine.options import Options
from rules.engine.settings import RuleSettings
from rules.live.native.answers import NativeAnswers, Told, ToldLine, read_haproxy, read_keepalived
from rules.live.native.asking import ask_daemons
from tests import corpus
from tests.programs import ROOT, run

HAPROXY = """\
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend api
    bind 192.0.2.11:6443
    default_backend nodes
"""
KEEPALIVED = """\
vrrp_instance API {
    state BACKUP
    interface nosuch0
    virtual_router_id 33
    priority 110
    virtual_ipaddress {
        192.0.2.10/24
    }
}
"""


def folder_with(folder: Path, haproxy: str = "", keepalived: str = "") -> Path:
    for name, text in (("haproxy.cfg", haproxy), ("keepalived.conf", keepalived)):
        if text:
            (folder / name).write_text(text)
    return folder


def native(report: Report) -> list[tuple[str, int, str]]:
    return [(f.code, f.location.line, f.message) for f in report.findings if f.code.startswith("NT")]


# -- reading


def test_messages_of_haproxy_are_read() -> None:
    assert read_haproxy(
        "[NOTICE]   (14074) : haproxy version is 2.6.12-1+deb12u4\n"
        "[ALERT]    (14074) : config : parsing [/a:b/x.cfg:2] : unknown keyword 'foo' in 'global' section\n"
        "[ALERT]    (14074) : config : [/x.cfg:10] : 'server l/a' : unknown keyword 'wrong'.\n"
        "[ALERT]    (14074) : config : Error(s) found in configuration file : /x.cfg\n"
        "[WARNING]  (14081) : config : missing timeouts for frontend 'f'.\n"
        "   | While not properly invalid, you will certainly\n"
        "   | have trouble.\n"
        "[ALERT] 333/013753 (14074) : parsing [x.cfg:5]: Missing LF on last line\n"
        "[ALERT]    (14074) : config : Fatal errors found in configuration.\n"
        "Warnings were found.\nConfiguration file is valid\n"
    ) == (
        ToldLine(True, "/a:b/x.cfg", 2, "unknown keyword 'foo' in 'global' section"),
        ToldLine(True, "/x.cfg", 10, "'server l/a' : unknown keyword 'wrong'"),
        ToldLine(
            False,
            None,
            None,
            "missing timeouts for frontend 'f'. While not properly invalid, you will certainly have trouble",
        ),
        ToldLine(True, "x.cfg", 5, "Missing LF on last line"),
    )


def test_messages_of_keepalived_are_read_once() -> None:
    text = "(/x.conf: Line 8) number '300' outside range [1, 255]\n(API) no place.\n"
    missing = "(/x.conf: Line 3) *** Configuration line starting `interface` is missing a parameter\n"
    assert read_keepalived(text * 4 + "\n" + missing) == (
        ToldLine(False, "/x.conf", 8, "number '300' outside range [1, 255]"),
        ToldLine(False, None, None, "(API) no place"),
        ToldLine(True, "/x.conf", 3, "*** Configuration line starting `interface` is missing a parameter"),
    )


@pytest.mark.parametrize(
    "text", ["", "[", "[ALERT]", "   | x", "(: Line 99999999999999999999) x", "\0\n[WARNING]  : [a:1] : "]
)
def test_any_output_is_read(text: str) -> None:
    for read, daemon in ((read_haproxy, "haproxy"), (read_keepalived, "keepalived")):
        files = {"lb1/haproxy.cfg": HAPROXY, "lb1/keepalived.conf": KEEPALIVED}
        told = NativeAnswers((Told(daemon, "lb1", read(text)), Told(daemon, "gone", read(text))))
        assert not lint(files, Options(native=told)).crashes


# -- beside halb's findings


def findings_with(daemon: str, *lines: ToldLine, text: str, own: bool = False) -> list[tuple[str, int, str]]:
    path = {"haproxy": "lb1/haproxy.cfg", "keepalived": "lb1/keepalived.conf"}[daemon]
    return native(lint({path: text}, Options(native=NativeAnswers((Told(daemon, "lb1", lines),), {}, own))))


def test_what_halb_has_said_is_not_said_again() -> None:
    text = HAPROXY.replace("    default", "    foo\n    default")
    on_line = ToldLine(True, "lb1/haproxy.cfg", 8, "unknown keyword 'foo'")
    assert findings_with("haproxy", on_line, text=text) == []
    assert findings_with("haproxy", on_line._replace(line=7), text=text) == [
        ("NT001", 7, "haproxy refuses this: unknown keyword 'foo'")
    ]
    of_section = ToldLine(True, None, None, "Proxy 'api': something")
    assert findings_with("haproxy", of_section, text=text) == []
    assert findings_with("haproxy", of_section, text=HAPROXY) == [
        ("NT001", 6, "haproxy refuses this: Proxy 'api': something")
    ]
    nowhere = ToldLine(True, None, None, "something")
    assert findings_with("haproxy", nowhere, text=text) == []
    assert findings_with("haproxy", nowhere, text=HAPROXY) == [("NT001", 1, "haproxy refuses this: something")]


def test_a_milder_finding_does_not_hide_a_refusal() -> None:
    text = HAPROXY.replace("5s", "5000")  # an info
    told = ToldLine(True, "lb1/haproxy.cfg", 3, "no")
    assert [code for code, _, _ in findings_with("haproxy", told, text=text)] == ["NT001"]


def test_what_the_machine_lacks_counts_where_the_files_are_its_own() -> None:
    told = ToldLine(False, "lb1/keepalived.conf", 3, "WARNING - interface nosuch0 for vrrp_instance API doesn't exist")
    assert findings_with("keepalived", told, text=KEEPALIVED) == []
    assert [line for _, line, _ in findings_with("keepalived", told, text=KEEPALIVED, own=True)] == [3]


def test_a_secret_in_a_message_is_not_shown() -> None:
    text = f"{HAPROXY}userlist people\n    user bob insecure-password hunter2!X odd\n"
    told = ToldLine(True, "lb1/haproxy.cfg", 10, "unknown word 'hunter2!X' behind hunter2!X")
    (found,) = findings_with("haproxy", told, text=text) or [("", 0, "")]
    assert "hunter2" not in found[2]


# -- asking


def script(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("kill -TERM $$", "'keepalived -t' was ended by SIGTERM, a fault of its own"),
        ("kill -SEGV $$", "'keepalived -t' was ended by SIGSEGV, a fault of its own"),
        ("exit 143", "'keepalived -t' was ended by SIGTERM, a fault of its own"),
        ("exit 139", "'keepalived -t' was ended by SIGSEGV, a fault of its own"),
        ("exit 5", "'keepalived -t' ended with status 5, and said nothing"),
        ("sleep 60 & wait", "'keepalived -t' did not answer within 0.3 s"),
    ],
)
def test_a_failing_daemon_says_nothing_of_the_files(tmp_path: Path, text: str, failed: str) -> None:
    script(tmp_path, "keepalived", f"echo '(x: Line 1) wrong' >&2\n{text}" if "exit 5" not in text else text)
    node = NodeFiles("lb1", (), ("lb1/keepalived.conf",))
    answers = ask_daemons([node], {}, own=True, patience=0.3, path=f"{tmp_path}:/bin:/usr/bin")
    assert answers.told == (Told("keepalived", "lb1", (), failed),)
    assert answers.unasked.get("haproxy", "haproxy is not installed here") == "haproxy is not installed here"
    report = lint({"lb1/keepalived.conf": KEEPALIVED}, Options(native=answers))
    assert native(report) == []
    assert ("NT002", f"lb1: {failed}") in report.skipped


def test_script_security_hides_nothing(tmp_path: Path) -> None:
    """keepalived ends with 6, whatever else is wrong: its words are read, not the status."""
    script(tmp_path, "keepalived", "echo 'SECURITY VIOLATION - scripts'; echo '(x: Line 1) other'; exit 6")
    answers = ask_daemons([NodeFiles("lb1", (), ("x",))], {}, own=True, path=f"{tmp_path}:/bin")
    assert [line.text for line in answers.told[0].lines] == ["SECURITY VIOLATION - scripts", "other"]


def test_a_daemon_that_is_not_here_or_of_another_release_is_told(tmp_path: Path) -> None:
    folder_with(tmp_path, HAPROXY)
    script(
        tmp_path,
        "haproxy",
        'case $1 in -v) echo "HAProxy version 2.6.12-1 2026";; *) echo "[ALERT] (1) : no"; exit 1;; esac',
    )
    path = f"{tmp_path}:{os.environ['PATH']}"
    asked = run("haproxy.cfg", "--native", cwd=tmp_path, PATH=path)
    assert "NT001" in asked.stdout
    other = run("haproxy.cfg", "--native", "--haproxy-version", "2.8", cwd=tmp_path, PATH=path)
    assert "NT001" not in other.stdout
    assert "--native: haproxy 2.6.12 is installed here, and the nodes have 2.8" in other.stderr
    stdin = run("-", "--native", stdin=HAPROXY.encode(), cwd=tmp_path, PATH=path)
    assert "NT001" not in stdin.stdout
    assert "were not asked about <stdin>: they read files" in stdin.stderr
    answers = ask_daemons([NodeFiles("lb1", ("x",), ())], {}, own=False, path=str(tmp_path / "none"))
    assert answers.unasked == {
        "haproxy": "haproxy is not installed here",
        "keepalived": "keepalived is not installed here",
    }


# -- the real daemons


@pytest.mark.daemon("haproxy", "keepalived")
def test_the_real_daemons_add_what_halb_cannot_know(tmp_path: Path) -> None:
    """One file alone: whether its backend is in another one, halb can't tell, and haproxy can."""
    folder_with(tmp_path, HAPROXY, KEEPALIVED)
    done = run(".", "--native", "--format", "json", cwd=tmp_path)
    report = json.loads(done.stdout)
    told = [(f["code"], f["file"], f["line"]) for f in report["findings"] if f["code"].startswith("NT")]
    assert told in ([], [("NT001", "haproxy.cfg", 6)])
    assert told or any(f["file"] == "haproxy.cfg" and f["severity"] == "error" for f in report["findings"])
    stopped = "this machine has no interface nosuch0, so keepalived -t stopped before it had checked everything"
    assert stopped in done.stderr
    assert [item["code"] for item in report["skipped"] if stopped in item["reason"]] == ["NT002"]


@pytest.mark.slow
@pytest.mark.daemon("haproxy", "keepalived")
def test_the_real_daemons_say_what_halb_says_about_the_corpus() -> None:
    """What is left of some hundred messages of the real daemons is what a rule can't know, or leaves to them."""
    left = {}
    for kind in ("haproxy", "keepalived"):
        for path in corpus.files(kind):
            node = NodeFiles("lb1", *(((str(path),), ()) if kind == "haproxy" else ((), (str(path),))))
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            answers = ask_daemons([node], {}, own=False)
            assert not any(told.failed for told in answers.told), path
            report = lint({str(path): text}, Options(nodes=[node], native=answers, settings=RuleSettings()))
            left[path.name] = [message.partition(": ")[2] for _, _, message in native(report)]
    assert {name: messages for name, messages in left.items() if messages} == LEFT


LEFT = {
    "conditions-and-variables.cfg": ["log format ignored for frontend 'web' since it has no log address"],
    "listen-with-stats.cfg": [
        "log format ignored for proxy 'stats' since it has no log address",
        "'option forwardfor' ignored for proxy 'api' as it requires HTTP mode",
        "log format ignored for proxy 'api' since it has no log address",
    ],
    "quotes-and-escapes.cfg": ["log format ignored for frontend 'f' since it has no log address"],
    "refused-no-such-backend.cfg": ["Proxy 'f': unable to find required default_backend: 'nothing'"],
    "release-new-keyword.conf": [
        "(API) No VIP specified; at least one is sensible",
        "Unknown keyword 'no_virtual_ipaddress'",
    ],
}


@pytest.mark.daemon("haproxy", "keepalived")
def test_a_pair_that_the_daemons_accept_has_nothing_of_them(tmp_path: Path) -> None:
    for node in ("lb1", "lb2"):
        (tmp_path / node).mkdir()
        for name in ("haproxy.cfg", "keepalived.conf"):
            text = (ROOT / "tests/cases/demo-pair" / node / name).read_text()
            (tmp_path / node / name).write_text(text)
    plain = run(".", cwd=tmp_path)
    asked = run(".", "--native", cwd=tmp_path)
    assert (asked.stdout, asked.status) == (plain.stdout, plain.status)
    assert "asked haproxy " in asked.stderr
