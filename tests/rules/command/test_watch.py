"""`halb-lint --watch`: what is new and what is gone is printed when files change, until Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import environment, run
from tests.terminals import Job, job

pytestmark = pytest.mark.xdist_group("watch")
_HAPROXY = "listen api\n    bind :6443\n    mode tcp\n    timeout connect 5s\n    server cp1 192.0.2.21:6443 check\n"
_KEEPALIVED = """\
include extra.conf
vrrp_instance API {{
    state BACKUP
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
}}
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    for name, priority in (("lb1", 110), ("lb2", 100)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keepalived.conf").write_text(_KEEPALIVED.format(vrid=61, priority=priority))
        (tmp_path / name / "extra.conf").write_text("")
    return tmp_path


@pytest.fixture
def watch(fleet: Path) -> Iterator[Job]:
    with job(
        "--watch", "--no-config", "--ignore", "KA,XN012", "--color", "never", ".", module="rules", cwd=fleet
    ) as watching:
        watching.until("Ctrl-C ends it")
        yield watching


def replace(path: Path, text: str) -> None:
    """Write a file as editors do: a new one takes its place."""
    made = path.with_suffix(".swp")
    made.write_text(text)
    made.replace(path)


def test_a_mistake_comes_and_goes(fleet: Path, watch: Job) -> None:
    conf = fleet / "lb2" / "keepalived.conf"
    replace(conf, _KEEPALIVED.format(vrid=16, priority=100))
    watch.until("new:")
    watch.until("error[XN002] vrid-mismatch")
    watch.until("error in 2 files of 2 nodes")
    assert "lb2/keepalived.conf changed" in watch.seen
    since = len(watch.seen)
    conf.write_text(_KEEPALIVED.format(vrid=61, priority=100))
    watch.until("gone: lb2/keepalived.conf:5:23: XN002 vrid-mismatch", since)
    watch.until("nothing found in 2 files of 2 nodes", since)
    watch.type("\x03")
    assert watch.report() == ("ended", 130, True)
    assert watch.changed() == set()
    assert watch.seen.endswith("^C\r\n")


def test_whatever_was_read_is_watched(fleet: Path, watch: Job) -> None:
    replace(fleet / "lb1" / "extra.conf", "no_such_word\n")
    watch.until("lb1/extra.conf changed")
    since = len(watch.seen)
    (fleet / "lb3").mkdir()
    (fleet / "lb3" / "keepalived.conf").write_text(_KEEPALIVED.format(vrid=61, priority=90))
    watch.until("of 3 nodes", since)
    since = len(watch.seen)
    replace(fleet / "lb1" / "keepalived.conf", _KEEPALIVED.format(vrid=61, priority=110) + "# a comment\n")
    watch.until("the findings are the same", since)


def test_a_halb_toml_that_is_wrong_for_a_while(fleet: Path) -> None:
    (fleet / "halb.toml").write_text('[lint]\nignore = ["ALL"]\n')
    with job("--watch", ".", "missing.cfg", module="rules", cwd=fleet) as watch:
        watch.until("missing.cfg: no such file or directory")
        watch.until("Ctrl-C ends it")
        (fleet / "halb.toml").write_text("[lint\n")
        watch.until("halb.toml:1: not TOML")
        since = len(watch.seen)
        (fleet / "missing.cfg").write_text(_HAPROXY)
        watch.until("halb.toml:1: not TOML", since)
        since = len(watch.seen)
        (fleet / "halb.toml").write_text("[lint]\nignore = []\n")
        watch.until("new:", since)
        watch.until("in 3 files", since)


def test_it_ends_when_nobody_reads_any_more(fleet: Path) -> None:
    command = [sys.executable, "-m", "rules", "--watch", "--no-config", "."]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=fleet, env=environment(), stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while "Ctrl-C" not in process.stderr.readline():
            assert process.poll() is None
        process.stdout.close()
        assert process.wait(30) == 0


def test_ctrl_c_while_it_lints(fleet: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rules", "--watch", "--no-config", "."],
        cwd=fleet,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--fix",), "--fix is done once"),
        (("--live",), "'halb-wizard verify --watch' watches the network"),
        (("--output", "x"), "--output is done once"),
        (("--format", "json"), "--format json has no place"),
        (("-",), "stdin can be read only once"),
        (("nowhere", "--config", "nowhere.toml"), "nowhere.toml: No such file"),
    ],
)
def test_what_does_not_go_with_it(arguments: tuple[str, ...], words: str, fleet: Path) -> None:
    done = run("--watch", *arguments, cwd=fleet)
    assert done.status == 2
    assert words in done.stderr
