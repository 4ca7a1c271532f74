"""Running 'halb-wizard render', and what it leaves."""

from __future__ import annotations

from pathlib import Path

from tests.programs import Done
from tests.wizard.plans import ARTICLE
from tests.wizard.running import run
from wizard.plan.file import write_plan
from wizard.plan.plan import Plan

PASSWORD = "hunter2!"
CFG = "haproxy-lb1/etc/haproxy/haproxy.cfg"
CONF = "haproxy-lb1/etc/keepalived/keepalived.conf"
LBS = ("haproxy-lb1", "haproxy-lb2")
FILES = {
    "halb.toml": 0o600,
    **{f"{lb}/etc/haproxy/haproxy.cfg": 0o644 for lb in LBS},
    **{f"{lb}/etc/keepalived/keepalived.conf": 0o640 for lb in LBS},
    **{f"{lb}/etc/keepalived/check-haproxy": 0o755 for lb in LBS},
    **{f"{lb}/etc/systemd/system/keepalived.service.d/halb.conf": 0o644 for lb in LBS},
    **{f"{lb}/install.sh": 0o755 for lb in LBS},
    "kubeadm-config.yaml": 0o644,
    "RUNBOOK.md": 0o644,
}


def write(folder: Path, plan: Plan = ARTICLE, more: str = "") -> Path:
    path = folder / "halb.toml"
    path.write_text(write_plan(plan) + more)
    path.chmod(0o600)
    return path


def render(folder: Path, *arguments: str) -> Done:
    done = run("render", "-o", "out", *arguments, cwd=folder)
    assert PASSWORD not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def found(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".halb" not in path.parts
    }


def states(done: Done) -> dict[str, str]:
    """The first word of each line of the output, by path."""
    return {line.split()[1].removeprefix("out/"): line.split()[0] for line in done.stdout.splitlines()}
