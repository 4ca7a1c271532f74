"""From the files of a pair that serves to halb's: imported, compared with, taken over and written, by commands."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from tests.programs import ROOT, Done
from tests.wizard.running import run

pytestmark = pytest.mark.slow

PAIR = ROOT / "tests" / "cases" / "blog-pair"
CFG = "lb1/etc/haproxy/haproxy.cfg"
WEB = "\nfrontend web\n    bind :80\n    default_backend web\n\nbackend web\n    server a 192.0.2.9:80\n"


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with the files of two load balancers, each in a flat folder of its own."""
    for name in ("lb1", "lb2"):
        shutil.copytree(PAIR / name, tmp_path / name)
    return tmp_path


def imported(folder: Path, *more: str) -> Done:
    return run("import", "lb1", "lb2", "--endpoint", "kube.example.com", *more, cwd=folder)


def test_the_pair_is_taken_over_and_nothing_of_it_stays_behind(pair: Path) -> None:
    before = {path: path.read_bytes() for path in pair.rglob("*") if path.is_file()}
    assert imported(pair, "--phase", "cutover").status == 0
    shown = run("render", "-o", ".", "--merge", "--take-over", "--diff", cwd=pair)
    assert "--- lb1/haproxy.cfg\n+++ b/lb1/etc/haproxy/haproxy.cfg\n" in shown.stdout
    assert "-frontend kube-api\n" in shown.stdout
    done = run("render", "-o", ".", "--merge", "--take-over", cwd=pair)
    assert done.status == 0
    assert f"merged     {CFG}\n" in done.stdout
    text = (pair / CFG).read_text()
    assert text.startswith((pair / "lb1/haproxy.cfg").read_text().partition("\nfrontend")[0])
    assert "kube-api\n" not in text
    assert "kube-masters" not in text
    assert "frontend kube-apiserver from k8s-tcp\n" in text
    dropped = done.stderr.partition("no longer there, the worst first:\n")[2].splitlines()
    assert "auth_pass" in dropped[0]
    assert dropped[-1].strip().endswith("# the second load balancer")
    assert {path: path.read_bytes() for path in before} == before
    lb = tomllib.loads((pair / "halb.toml").read_text())["lb"][0]
    assert lb["imported"] == ["lb1/haproxy.cfg", "lb1/keepalived.conf"]
    assert lb["files"] == ["lb1/etc/haproxy/haproxy.cfg", "lb1/etc/keepalived/keepalived.conf"]
    again = run("render", "-o", ".", cwd=pair)
    assert {line.split()[0] for line in again.stdout.splitlines()} == {"unchanged"}


def test_a_merge_alone_is_refused_and_says_how_to_take_over(pair: Path) -> None:
    imported(pair, "--phase", "cutover")
    done = run("render", "-o", "out", "--merge", cwd=pair)
    assert (done.status, done.stdout) == (1, "")
    assert "are the same port" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("halb-wizard: nothing was written; '--merge --take-over' puts")


def test_what_serves_something_else_is_not_lost_unless_it_is_forced(pair: Path) -> None:
    with (pair / "lb1/haproxy.cfg").open("a") as file:
        file.write(WEB)
    imported(pair, "--phase", "cutover")
    done = run("render", "-o", "out", cwd=pair)
    assert (done.status, done.stdout) == (1, "")
    assert f"lb1/haproxy.cfg: has 'frontend web' too, which halb's out/{CFG} would not\n" in done.stderr
    assert not (pair / "out").exists()
    assert run("render", "-o", "out", "--merge", "--take-over", cwd=pair).status == 0
    text = (pair / "out" / CFG).read_text()
    assert WEB.strip() in text
    assert "frontend kube-api\n" not in text
    forced = run("render", "-o", "forced", "--force", cwd=pair)
    assert forced.status == 0
    assert "lb1/haproxy.cfg:29: frontend web (" in forced.stderr.partition("worst first:\n")[2].splitlines()[0]


def test_a_backend_that_others_use_stays_and_it_says_so(pair: Path) -> None:
    with (pair / "lb1/haproxy.cfg").open("a") as file:
        file.write("\nfrontend local\n    bind 127.0.0.1:7443\n    mode tcp\n    default_backend kube-masters\n")
    imported(pair, "--phase", "cutover")
    done = run("render", "-o", "out", "--merge", "--take-over", cwd=pair)
    assert done.status == 0
    assert "backend 'kube-masters' (line 21) stays: 'frontend local' names it" in done.stderr
    assert "backend kube-masters\n" in (pair / "out" / CFG).read_text()


def test_nothing_is_assumed_about_the_phase_of_an_imported_pair(pair: Path) -> None:
    done = imported(pair)
    assert '  [cluster] phase = "cutover": where the name leads' in done.stderr
    refused = run("render", "-o", "out", cwd=pair)
    assert (refused.status, refused.stdout) == (2, "")
    assert 'write phase = "cutover" if the name leads to the VIP already, else "bootstrap"' in refused.stderr


def test_halb_toml_is_written_alone_whatever_its_values_say_against_each_other(pair: Path) -> None:
    imported(pair, "--phase", "cutover")
    path = pair / "halb.toml"
    path.write_text(path.read_text().replace("10.20.0.10/24", "10.99.0.10/24"))
    assert run("render", "-o", "out", cwd=pair).status == 2
    done = run("render", "-o", "out", "--plan-only", cwd=pair)
    assert (done.status, done.stdout) == (0, "new        out/halb.toml\n")
    assert "halb.toml: " in done.stderr
    lb = tomllib.loads((pair / "out" / "halb.toml").read_text())["lb"][0]
    assert lb["files"] == lb["imported"] == ["../lb1/haproxy.cfg", "../lb1/keepalived.conf"]


def test_files_that_are_gone_are_said_and_cost_nothing_else(pair: Path) -> None:
    imported(pair, "--phase", "bootstrap")
    (pair / "lb1/haproxy.cfg").unlink()
    done = run("render", "-o", "out", cwd=pair)
    assert done.status == 0
    assert "'lb1/haproxy.cfg', which was imported, can't be compared with: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["import", "lb1", "--live"], "--live asks DNS about the endpoint's name; add '--endpoint NAME'"),
        (["import", "lb1", "--resolver", "127.0.0.1"], "--resolver is a name server to ask; use it with --live"),
        (["import", "lb1", "--phase", "cut"], "invalid --phase 'cut'"),
        (["render", "-o", "x", "--merge", "--plan-only"], "--plan-only writes halb.toml, which is never merged"),
        (
            ["render", "-o", "x", "--merge", "--take-over", "halb.toml"],
            "--take-over takes the word after it for a section; put 'halb.toml' before it",
        ),
    ],
)
def test_wrong_usage_says_what_to_type(pair: Path, arguments: list[str], text: str) -> None:
    done = run(*arguments, cwd=pair)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith(f"halb-wizard: {text}")
