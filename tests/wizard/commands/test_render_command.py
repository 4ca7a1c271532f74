"""`halb-wizard render`: a plan becomes a folder of files, and nobody's changes are lost."""

from __future__ import annotations

import re
import shutil
from ipaddress import ip_interface
from pathlib import Path

import pytest

from tests.programs import ROOT, Done
from tests.programs import run as run_module
from tests.wizard.commands.rendered import CFG, CONF, FILES, PASSWORD, found, render, states, write
from tests.wizard.plans import ARTICLE
from tests.wizard.running import run

pytestmark = pytest.mark.slow


def test_every_file_is_written_with_its_mode_and_named(tmp_path: Path) -> None:
    write(tmp_path)
    done = render(tmp_path)
    assert (done.status, done.stderr) == (0, "")
    assert states(done) == dict.fromkeys(FILES, "new")
    out = tmp_path / "out"
    assert {path: (out / path).stat().st_mode & 0o777 for path in found(out)} == FILES
    assert f'auth_pass "{PASSWORD}"' in (out / CONF).read_text()


def test_what_is_written_lints_clean_as_one_fleet(tmp_path: Path) -> None:
    write(tmp_path)
    render(tmp_path)
    linted = run_module("--fail-on", "warning", cwd=tmp_path / "out")
    assert (linted.status, linted.stdout) == (0, "")
    assert "4 files of 2 nodes and kubeadm-config.yaml" in linted.stderr
    listed = run_module("--list-files", cwd=tmp_path / "out")
    assert listed.stdout.count("\n") == 5
    assert "kubeadm     kubeadm-config.yaml\n" in listed.stdout


def test_again_everything_is_unchanged_and_untouched(tmp_path: Path) -> None:
    write(tmp_path)
    render(tmp_path)
    times = {path: (tmp_path / "out" / path).stat().st_mtime_ns for path in FILES}
    done = render(tmp_path)
    assert (done.status, states(done)) == (0, dict.fromkeys(FILES, "unchanged"))
    assert {path: (tmp_path / "out" / path).stat().st_mtime_ns for path in FILES} == times
    assert render(tmp_path, "--diff") == Done(0, "", "")


def test_a_changed_plan_is_shown_then_written_with_backups(tmp_path: Path) -> None:
    write(tmp_path)
    render(tmp_path)
    before = found(tmp_path / "out")
    write(tmp_path, ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(virtual_router_id=77, auth_pass="another1")))
    shown = render(tmp_path, "--diff")
    assert shown.status == 1
    assert f"--- a/{CONF}\n+++ b/{CONF}\n" in shown.stdout
    assert "-    virtual_router_id 33\n+    virtual_router_id 77\n" in shown.stdout
    assert re.search(r"^-.*auth_pass \*{8}$", shown.stdout, re.MULTILINE)
    assert "another1" not in shown.stdout
    assert CFG not in shown.stdout
    assert found(tmp_path / "out") == before
    done = render(tmp_path)
    assert done.status == 0
    assert states(done)[CONF] == "changed"
    assert states(done)[CFG] == "unchanged"
    backup = re.search(r"keepalived\.conf \(backup: (keepalived\.conf\.halb-\d{8}T\d{6}\.bak)\)", done.stdout)
    assert backup
    copy = (tmp_path / "out" / CONF).with_name(backup[1])
    assert (copy.read_bytes(), copy.stat().st_mode & 0o777) == (before[CONF], 0o640)


def test_a_diff_of_a_new_folder_makes_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    done = render(tmp_path, "--diff")
    assert done.status == 1
    assert done.stdout.count("--- /dev/null\n") == len(FILES)
    assert not (tmp_path / "out").exists()


def test_a_file_that_somebody_changed_is_refused_until_it_is_forced(tmp_path: Path) -> None:
    write(tmp_path)
    render(tmp_path)
    with (tmp_path / "out" / CFG).open("a") as file:
        file.write("# by hand\n")
    write(tmp_path, ARTICLE._replace(vip=ip_interface("192.168.2.149/24")))
    before = found(tmp_path / "out")
    done = render(tmp_path)
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"halb-wizard: out/{CFG}: was changed since halb wrote it",
        "halb-wizard: nothing was written; '--merge' keeps the other sections of haproxy.cfg, "
        "'--force' overwrites and keeps a backup; '--diff' shows either beforehand",
    ]
    assert found(tmp_path / "out") == before
    assert "-# by hand\n" in render(tmp_path, "--diff").stdout
    assert render(tmp_path, "--force").status == 0
    assert before[CFG] in [text for path, text in found(tmp_path / "out").items() if path.endswith(".bak")]


def test_plan_and_files_in_one_folder_keep_the_users_comments(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text() + "\n# mine\n[lint]\nignore = ['HA004']  # why not\n")
    assert run("render", "-o", ".", cwd=tmp_path).status == 0
    assert path.read_text().endswith("\n# mine\n[lint]\nignore = ['HA004']  # why not\n")
    path.write_text(path.read_text().replace("virtual_router_id = 33", "virtual_router_id = 34 # new"))
    done = run("render", "-o", ".", cwd=tmp_path)
    assert done.status == 0
    assert "virtual_router_id = 34 # new" in path.read_text()
    assert "virtual_router_id 34" in (tmp_path / CONF).read_text()
    # A halb.toml elsewhere has no right to replace this one.
    (tmp_path / "b").mkdir()
    other = run("render", str(write(tmp_path / "b")), "-o", str(tmp_path))
    assert other.status == 0
    with path.open("a") as file:
        file.write("# by hand\n")
    other = run("render", str(write(tmp_path / "b", ARTICLE._replace(name="b"))), "-o", str(tmp_path))
    assert (other.status, "halb.toml: was changed" in other.stderr) == (1, True)


def test_the_mode_of_halb_toml_hides_a_password_and_opens_nothing(tmp_path: Path) -> None:
    open_plan = ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(auth_pass=None))
    for plan, given, wanted in ((open_plan, 0o644, 0o644), (open_plan, 0o600, 0o600), (ARTICLE, 0o644, 0o600)):
        folder = tmp_path / f"{given}{wanted}"
        folder.mkdir()
        write(folder, plan).chmod(given)
        done = render(folder)
        assert done.status == 0
        assert (folder / "out" / "halb.toml").stat().st_mode & 0o777 == wanted
        assert ("chmod 600 halb.toml" in done.stderr) == (plan is ARTICLE)


def test_a_load_balancer_that_is_gone_from_the_plan_leaves_named_files(tmp_path: Path) -> None:
    third = ARTICLE.load_balancers[0]._replace(name="lb3", address=ARTICLE.vip.ip + 9, priority=90)
    write(tmp_path, ARTICLE._replace(load_balancers=(*ARTICLE.load_balancers, third)))
    render(tmp_path)
    write(tmp_path)
    done = render(tmp_path)
    assert done.status == 0
    assert sorted(line.split(": ")[1] for line in done.stderr.splitlines()) == [
        "out/lb3/etc/haproxy/haproxy.cfg",
        "out/lb3/etc/keepalived/check-haproxy",
        "out/lb3/etc/keepalived/keepalived.conf",
        "out/lb3/etc/systemd/system/keepalived.service.d/halb.conf",
        "out/lb3/install.sh",
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (('endpoint = "kube-control.kacangisnuts.com"', ""), "halb.toml: [cluster] has no endpoint; write"),
        (("virtual_router_id = 33", "virtual_router_id = 333"), "halb.toml:"),
        (("192.168.2.140/24", "10.0.0.1/24"), "192.168.2.141"),
    ],
)
def test_a_plan_that_is_wrong_is_status_2_and_names_the_place(
    tmp_path: Path, change: tuple[str, str], text: str
) -> None:
    path = write(tmp_path)
    assert change[0] in path.read_text()
    path.write_text(path.read_text().replace(*change))
    done = render(tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert text in done.stderr
    assert all(line.startswith("halb-wizard: halb.toml") for line in done.stderr.splitlines())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "name the folder to write to: 'halb-wizard render -o DIR'"),
        (["-o", "-"], "-o can't be '-': render writes a folder of files; 'halb-wizard render -o DIR'"),
        (["-o", "x", "a.toml", "b.toml"], "expected one halb.toml, got also 'b.toml'"),
        (["-o", "x", "--dif"], "unknown option '--dif'; did you mean '--diff'?"),
        (["-o"], "argument --output/-o: expected one argument; 'halb-wizard render --help' shows the options"),
        (["-o", "x", "none.toml"], "none.toml: No such file or directory"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(tmp_path: Path, arguments: list[str], text: str) -> None:
    (tmp_path / "halb.toml").write_text("")
    assert run("render", *arguments, cwd=tmp_path) == Done(2, "", f"halb-wizard: {text}\n")


def test_without_a_halb_toml_it_says_how_to_name_one(tmp_path: Path) -> None:
    done = run("render", "-o", "x", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.endswith("; name one: 'halb-wizard render DIR -o DIR'\n")


def test_help_fits_a_terminal_and_version_is_told(tmp_path: Path) -> None:
    done = run("render", "--help", cwd=tmp_path)
    assert done.status == 0
    assert done.stdout.startswith("usage: halb-wizard render")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert run("render", "--version", cwd=tmp_path).stdout.startswith("halb-wizard ")


def test_a_place_that_can_not_be_written_is_status_2(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "out").write_text("a file")
    done = render(tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert "out" in done.stderr
    assert (tmp_path / "out").read_text() == "a file"


def test_warnings_are_said_and_what_lint_ignores_is_not(tmp_path: Path) -> None:
    brief = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(timeout_client="50s", timeout_server="50s"))
    write(tmp_path, brief)
    done = render(tmp_path)
    assert done.status == 0
    assert f"{CFG}:" in done.stderr.splitlines()[0]
    assert " HA004 " in done.stderr
    assert "HA004" not in done.stdout
    write(tmp_path, brief, '\n[lint]\nignore = ["HA004"]\n')
    assert "HA004" not in render(tmp_path).stderr
    write(tmp_path, brief, '\n[lint]\nignore = ["HA999x"]\n')
    assert render(tmp_path).status == 2


def test_errors_in_rendered_files_are_findings_and_nothing_is_written_unless_forced(tmp_path: Path) -> None:
    # A copy of the package with a template that is wrong: no plan renders to an error otherwise.
    shutil.copytree(ROOT / "wizard", tmp_path / "wizard")
    template = tmp_path / "wizard" / "render" / "templates" / "keepalived.conf.j2"
    text, count = re.subn(r"virtual_router_id .*", "virtual_router_id 999", template.read_text())
    assert count
    template.write_text(text)
    path = f"{tmp_path}:{ROOT}"
    write(tmp_path)
    done = run("render", "-o", "out", cwd=tmp_path, PYTHONPATH=path)
    assert done.status == 1
    assert re.match(rf"{CONF}:\d+:\d+: KA\d+ \S+ .*999", done.stdout)
    assert re.search(r"^halb-wizard: \d+ errors in the files of this plan; nothing was written", done.stderr)
    assert not (tmp_path / "out").exists()
    shown = run("render", "-o", "out", "--diff", cwd=tmp_path, PYTHONPATH=path)
    assert (shown.status, shown.stdout[:14]) == (1, "--- /dev/null\n")
    assert run("render", "-o", "out", "--force", cwd=tmp_path, PYTHONPATH=path).status == 0
    assert "virtual_router_id 999" in (tmp_path / "out" / CONF).read_text()
