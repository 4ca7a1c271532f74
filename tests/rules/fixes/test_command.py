"""`halb-lint --fix`, `--unsafe-fixes` and `--diff`: what is written where, what is shown, and what is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from rules import Report, Run
from rules.command.errors import UsageError
from rules.command.on_demand.fixing import FixedRun, Fixing, work_out, write
from rules.engine.options import options_for
from tests.daemons import program
from tests.programs import ROOT, environment, run

PAIR = ROOT / "tests" / "cases" / "blog-pair"
GOOD = """\
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s

frontend web
    bind *:8080  # as the firewall has it
    default_backend web

backend web
    server a 192.0.2.21:8080 check
    server b 192.0.2.22:8080 check
"""
UNSAFE = GOOD.replace("frontend web", "frontend web-in").replace("connect 5s", "connect 5")
BAD = GOOD.replace("frontend web", "frontend web-in").replace(":8080  #", ":8080;  #")
FIXED = BAD.replace(";", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "haproxy.cfg").write_text(BAD)
    return tmp_path


def test_a_file_is_fixed_where_it_is(folder: Path) -> None:
    done = run("--fix", "haproxy.cfg", cwd=folder)
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr.startswith("halb-lint: fixed haproxy.cfg: HA061 text-behind-port\n")
    assert (folder / "haproxy.cfg").read_text() == FIXED
    assert os.listdir(folder) == ["haproxy.cfg"]
    assert "fixed" not in run("--fix", "haproxy.cfg", cwd=folder).stderr


def test_a_diff_writes_nothing_and_its_status_says_whether_there_is_one(folder: Path) -> None:
    done = run("--diff", "haproxy.cfg", cwd=folder)
    assert done.status == 1
    assert "-    bind *:8080;  # as the firewall has it\n+    bind *:8080  # as the firewall has it\n" in done.stdout
    assert "would fix 1 finding in haproxy.cfg" in done.stderr
    assert (folder / "haproxy.cfg").read_text() == BAD
    assert run("--fix", "--diff", "haproxy.cfg", cwd=folder).stdout == done.stdout
    (folder / "haproxy.cfg").write_text(FIXED)
    done = run("--diff", "haproxy.cfg", cwd=folder)
    assert (done.status, done.stdout) == (0, "")


def test_unsafe_fixes_wait_until_they_are_asked_for(folder: Path) -> None:
    (folder / "haproxy.cfg").write_text(UNSAFE)
    done = run("--fix", "haproxy.cfg", cwd=folder)
    assert done.status == 1
    assert "1 more can be fixed with --unsafe-fixes" in done.stderr
    assert (folder / "haproxy.cfg").read_text() == UNSAFE
    assert run("--fix", "--unsafe-fixes", "haproxy.cfg", cwd=folder).status == 0
    assert (folder / "haproxy.cfg").read_text() == UNSAFE.replace("connect 5", "connect 5s")


def test_unsafe_fixes_alone_are_wrong_usage(folder: Path) -> None:
    done = run("--unsafe-fixes", "haproxy.cfg", cwd=folder)
    assert done.status == 2
    assert "--unsafe-fixes works only with --fix or --diff; add one of them" in done.stderr


def test_a_file_from_stdin_goes_to_stdout_and_what_is_left_to_stderr() -> None:
    text = BAD.replace("server 30s", "server 30")
    done = run("--fix", "-", "--stdin-filename", "lb1/haproxy.cfg", stdin=text.encode())
    assert done.status == 1
    assert done.stdout == text.replace(";", "")
    assert "lb1/haproxy.cfg:5:20: HA005 " in done.stderr


def test_a_link_is_followed_and_kept_and_so_is_the_mode(folder: Path) -> None:
    (folder / "etc").mkdir()
    target = folder / "etc" / "haproxy.cfg"
    (folder / "haproxy.cfg").rename(target)
    target.chmod(0o640)
    (folder / "link.cfg").symlink_to("etc/haproxy.cfg")
    assert run("--fix", "link.cfg", cwd=folder).status == 0
    assert os.readlink(folder / "link.cfg") == "etc/haproxy.cfg"
    assert target.read_text() == FIXED
    assert target.stat().st_mode & 0o7777 == 0o640


# Root may write everywhere, unless it gives that up.
_ORDINARY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.parametrize(
    ("name", "mode", "text"),
    [("haproxy.cfg", 0o444, "haproxy.cfg is read-only"), (".", 0o555, "the folder of haproxy.cfg is read-only")],
)
def test_what_must_not_be_written_is_left_and_said(folder: Path, name: str, mode: int, text: str) -> None:
    (folder / name).chmod(mode)
    command = [*_ORDINARY, sys.executable, "-m", "rules", "--fix", "haproxy.cfg"]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    folder.chmod(0o755)
    assert done.returncode == 1
    assert f"not fixed: haproxy.cfg: HA061 text-behind-port: {text}" in done.stderr
    assert (folder / "haproxy.cfg").read_text() == BAD


def test_a_file_that_changed_meanwhile_is_left(folder: Path) -> None:
    path = str(folder / "haproxy.cfg")
    outcome = _worked_out({path: BAD})
    assert outcome.fixed.texts == {path: FIXED}
    Path(path).write_text(GOOD)
    with pytest.raises(UsageError, match="has changed meanwhile; nothing was changed, run it again"):
        write(outcome, Fixing(write=True, unsafe=False))
    assert Path(path).read_text() == GOOD


def _worked_out(texts: dict[str, str]) -> FixedRun:
    def judged(run: Run) -> Report:
        return run.report()

    first = Run(texts, options_for(None))
    return work_out(first, first.report(), texts, judged, Fixing(write=True, unsafe=False))


INSTANCE = """\
vrrp_instance api {
    state BACKUP
    interface eth0
    virtual_router_id 33
    priority 110
    unicast_src_ip 192.0.2.11
    unicast_peer {
        192.0.2.11
        192.0.2.12  # lb2
    }
    virtual_ipaddress {
        192.0.2.10/24
    }
}
"""


def test_an_included_file_is_fixed_too(tmp_path: Path) -> None:
    (tmp_path / "lb1" / "conf.d").mkdir(parents=True)
    (tmp_path / "lb1" / "keepalived.conf").write_text("include conf.d/*.conf\n")
    included = tmp_path / "lb1" / "conf.d" / "api.conf"
    included.write_text(INSTANCE)
    done = run("--fix", "--select", "KA014", "lb1/keepalived.conf", cwd=tmp_path)
    assert done.status == 0, done
    assert included.read_text() == INSTANCE.replace("        192.0.2.11\n", "")


def test_an_included_file_of_another_folder_is_left(tmp_path: Path) -> None:
    for name in ("lb1", "shared"):
        (tmp_path / name).mkdir()
    (tmp_path / "lb1" / "keepalived.conf").write_text(f"include {tmp_path}/shared/api.conf\n")
    (tmp_path / "shared" / "api.conf").write_text(INSTANCE)
    done = run("--fix", "--select", "KA014", "lb1/keepalived.conf", cwd=tmp_path)
    assert done.status == 1
    assert "is included, and none of the files to fix" in done.stderr
    assert (tmp_path / "shared" / "api.conf").read_text() == INSTANCE


def test_a_fix_in_view_of_another_node_is_made_in_the_file_that_is_wrong(tmp_path: Path) -> None:
    for name, address in (("lb1", "192.0.2.22"), ("lb2", "192.0.2.22"), ("lb3", "192.0.2.29")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "haproxy.cfg").write_text(GOOD.replace("192.0.2.22", address).replace("8080", "6443"))
    done = run("--fix", "--unsafe-fixes", "--select", "XN101", ".", cwd=tmp_path)
    assert done.status == 0, done
    texts = {(tmp_path / name / "haproxy.cfg").read_text() for name in ("lb1", "lb2", "lb3")}
    assert texts == {GOOD.replace("8080", "6443")}


def test_a_diff_shows_no_secret(tmp_path: Path) -> None:
    secret = "Zebra-Cowboy-77"
    text = BAD.replace("    bind", f"    stats auth ops:{secret}\n    bind")
    (tmp_path / "haproxy.cfg").write_text(text)
    done = run("--diff", "haproxy.cfg", cwd=tmp_path)
    assert "+    bind *:8080  #" in done.stdout
    assert "stats auth" in done.stdout
    assert secret not in done.stdout + done.stderr


@pytest.mark.daemon("haproxy")
def test_haproxy_takes_the_articles_pair_after_its_safe_fixes(tmp_path: Path) -> None:
    copytree(PAIR, tmp_path, dirs_exist_ok=True)
    assert _haproxy(tmp_path / "lb1") == 1
    done = run("--fix", ".", cwd=tmp_path)
    assert "fixed 2 findings in lb1/haproxy.cfg and lb2/haproxy.cfg" in done.stderr
    assert [_haproxy(tmp_path / name) for name in ("lb1", "lb2")] == [0, 0]


def _haproxy(folder: Path) -> int:
    command = [str(program("haproxy")), "-c", "-f", str(folder / "haproxy.cfg")]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def test_a_file_with_placeholders_is_left(folder: Path) -> None:
    text = BAD.replace("192.0.2.21", "{{ first }}")
    (folder / "haproxy.cfg").write_text(text)
    assert "fixed" not in run("--fix", "--unsafe-fixes", "haproxy.cfg", cwd=folder).stderr
    assert (folder / "haproxy.cfg").read_text() == text
