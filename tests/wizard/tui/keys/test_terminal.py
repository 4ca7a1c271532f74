"""The installed `halb-wizard` in a real terminal of 80x24: from an empty folder to written files, by keys alone."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules import lint
from tests import examples
from tests.wizard.running import cluster
from tests.wizard.tui.support.terminal import PATIENCE, Terminal
from tests.wizard.tui.support.typed import TYPED
from tests.wizard.verify.views import NAME

pytestmark = [pytest.mark.daemon("tmux"), pytest.mark.slow]

# The line at the top of the screen after each part of TYPED; "" where the part does not end a step.
TITLES = [
    *("─ DNS name", "─ Initial master", "─ Other control-plane", "─ Virtual IP", "─ Load balancers", ""),
    *("─ VRRP", "─ HAProxy", "Review"),
]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "home").mkdir()
    made = Terminal(tmp_path)
    yield made
    made.end()


@pytest.mark.deep
@pytest.mark.parametrize("steps", range(2, len(TYPED)) if examples.ALL else (2, 5))
def test_a_killed_wizard_goes_on_where_the_last_step_was_left(terminal: Terminal, tmp_path: Path, steps: int) -> None:
    terminal.wait_for("New", "Nothing is written until you say so")
    for keys, title in list(zip(TYPED, TITLES, strict=True))[:steps]:
        for key in keys:
            terminal.press(key)
        if title:
            terminal.wait_for(title)
    terminal.kill()
    terminal.wait_for("ended with 137")
    terminal.again()
    terminal.wait_for("Resume")
    terminal.press("enter")
    terminal.wait_for("kube-control.kacangisnuts.com")
    assert not (tmp_path / "kacang").exists()


def test_a_killed_wizard_has_what_was_typed_in_the_middle_of_a_step(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("New", "Nothing is written until you say so")
    for keys, title in list(zip(TYPED, TITLES, strict=True))[:3]:
        for key in keys:
            terminal.press(key)
        terminal.wait_for(title)
    for key in ("k8s-master2", "enter", "192.168.2.152", "enter", "k8s-master3", "enter", "192.168.2.15"):
        terminal.press(key)
    deadline = time.monotonic() + PATIENCE
    while not any('"192.168.2.15"' in draft.read_text() for draft in (tmp_path / "home").rglob("*.toml")):
        assert time.monotonic() < deadline, terminal.screen()
        time.sleep(0.02)
    terminal.kill()
    terminal.wait_for("ended with 137")
    terminal.again()
    terminal.wait_for("Resume")
    terminal.press("enter")
    terminal.wait_for("192.168.2.152", "k8s-master3")


def test_what_is_copied_goes_to_the_terminal(tmp_path: Path) -> None:
    """As OSC 52, which a terminal takes for its clipboard: ESC ] 52 ; c ; base64 BEL."""
    (tmp_path / "home").mkdir()
    (tmp_path / "kacang").mkdir()
    with cluster(tmp_path / "kacang") as made:
        server = made.resolver.server
        terminal = Terminal(tmp_path, options=f"--resolver {server.address}:{server.port}")
        try:
            terminal.wait_for("Cutover", "Nothing is written until you say so")
            written = terminal.record(tmp_path / "bytes")
            terminal.press("end")
            terminal.press("enter")
            terminal.wait_for("phase: bootstrap", "next: step")
            terminal.press("c")
            terminal.wait_for("Copied")
            record = f"{NAME}. 60 IN A {made.master.address}"
            sent = b"\x1b]52;c;" + base64.b64encode(record.encode()) + b"\a"
            deadline = time.monotonic() + PATIENCE
            while sent not in written.read_bytes():
                assert time.monotonic() < deadline, written.read_bytes()[-2000:]
                time.sleep(0.02)
        finally:
            terminal.end()


def test_a_terminal_that_is_closed_ends_the_wizard_and_keeps_the_draft(tmp_path: Path) -> None:
    """Also below a program that keeps SIGHUP to itself, as make does."""
    (tmp_path / "home").mkdir()
    terminal = Terminal(tmp_path, launcher="trap '' HUP;")
    terminal.wait_for("New", "Nothing is written until you say so")
    for key in TYPED[0]:
        terminal.press(key)
    terminal.press("kube.example.com")
    terminal.wait_for("kube.example.com")
    process = terminal.process()
    terminal.end()
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < deadline, "the wizard goes on without a terminal"
        time.sleep(0.02)
    drafts = list((tmp_path / "home").rglob("*.toml"))
    assert [draft for draft in drafts if "kube.example.com" in draft.read_text(encoding="utf-8")]


def test_from_an_empty_folder_to_written_files(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("New", "Nothing is written until you say so")
    for keys, title in zip(TYPED, TITLES, strict=True):
        for key in keys:
            terminal.press(key)
        terminal.wait_for(title) if title else None
    terminal.wait_for("Review", "nothing was found")
    terminal.press("f10")
    terminal.wait_for("files would be written")
    assert not (tmp_path / "kacang").exists()
    terminal.press("enter")
    shown = terminal.wait_for("What to do next")
    assert all(len(line) <= 80 for line in shown.splitlines())
    terminal.press("ctrl+q")
    terminal.wait_for("ended with 0")
    written = {p.relative_to(tmp_path / "kacang").as_posix() for p in (tmp_path / "kacang").rglob("*") if p.is_file()}
    for name in ("haproxy-lb1", "haproxy-lb2"):
        assert f"{name}/etc/haproxy/haproxy.cfg" in written
        assert f"{name}/etc/keepalived/keepalived.conf" in written
        assert f"{name}/install.sh" in written
    assert {"halb.toml", "RUNBOOK.md", "kubeadm-config.yaml"} <= written
    texts = {name: (tmp_path / "kacang" / name).read_text() for name in written if name.endswith((".cfg", ".conf"))}
    assert [finding for finding in lint(texts).findings if finding.severity.word != "info"] == []
