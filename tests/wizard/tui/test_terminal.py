"""The installed `halb-wizard` in a real terminal of 80x24: from an empty folder to written files, by keys alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules import lint
from tests.daemons import program
from tests.wizard.tui.pilot import is_named
from tests.wizard.tui.test_keystrokes import TYPED

pytestmark = [pytest.mark.daemon("tmux"), pytest.mark.slow]

PATIENCE = 30.0  # seconds
_NAMES = {"enter": "Enter", "f10": "F10", "escape": "Escape"}
# The line at the top of the screen after each part of TYPED; "" where the part does not end a step.
TITLES = [
    *("─ DNS name", "─ Initial master", "─ Other control-plane", "─ Virtual IP", "─ Load balancers", ""),
    *("─ VRRP", "─ HAProxy", "Review"),
]


class Terminal:
    """A tmux window of 80x24 with the wizard in it; `settings` are environment variables of the wizard alone.

    `launcher`: what the shell is told before.
    """

    def __init__(self, folder: Path, *, launcher: str = "", **settings: str) -> None:
        self._tmux = [str(program("tmux")), "-L", f"halb-{uuid.uuid4().hex[:8]}", "-f", "/dev/null"]
        wizard = Path(sys.executable).parent / "halb-wizard"
        env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8"}
        setting = [word for key, value in env.items() for word in ("-e", f"{key}={value}")]
        # tmux would set TERM itself, and hand on what the terminal around it has.
        unset = " ".join(f"-u {name}" for name in ("COLORTERM", "NO_COLOR", "TEXTUAL_THEME"))
        own = " ".join(f"{key}={value}" for key, value in {"TERM": "screen-256color", **settings}.items())
        # The program stays in the window after its end, so that its last words can be read.
        command = f"{launcher} env {unset} {own} {wizard} '{folder / 'kacang'}/'; echo \"ended with $?\"; cat"
        size = ("-x", "80", "-y", "24")
        self._run("new-session", "-d", *size, *setting, "-c", str(folder), command)
        self._command = command

    def again(self) -> None:
        """Start the program anew, in the same window."""
        self._run("respawn-pane", "-k", self._command)

    def kill(self) -> None:
        """Kill the wizard with SIGKILL, as a lost machine would."""
        shell = self._run("display-message", "-p", "#{pane_pid}").strip()
        subprocess.run(["pkill", "-KILL", "-P", shell, "-f", "halb-wizard"], check=True)

    def process(self) -> int:
        """The wizard's process."""
        shell = self._run("display-message", "-p", "#{pane_pid}").strip()
        found = subprocess.run(["pgrep", "-P", shell, "-f", "halb-wizard"], capture_output=True, text=True, check=True)
        return int(found.stdout.split()[0])

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    def screen(self, *, styles: bool = False) -> str:
        """What the window shows; with the escape sequences of colours and the like on demand."""
        return self._run("capture-pane", "-p", *(["-e"] if styles else []))

    def press(self, key: str) -> None:
        """Send a named key, or type a text."""
        name = _NAMES.get(key, key.replace("ctrl+", "C-"))
        self._run("send-keys", *([name] if is_named(key) else ["-l", key]))

    def send(self, data: bytes) -> None:
        """Send the bytes that some other terminal has for a key."""
        self._run("send-keys", "-H", *(f"{byte:02x}" for byte in data))

    def wait_for(self, *words: str) -> str:
        """Wait until the window shows all of these."""
        deadline = time.monotonic() + PATIENCE
        while not all(word in (shown := self.screen()) for word in words):
            assert time.monotonic() < deadline, shown
            time.sleep(0.02)
        return shown

    def end(self) -> None:
        self._run("kill-server")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "home").mkdir()
    made = Terminal(tmp_path)
    yield made
    made.end()


@pytest.mark.parametrize("steps", range(2, len(TYPED)))
def test_a_killed_wizard_goes_on_where_the_last_step_was_left(terminal: Terminal, tmp_path: Path, steps: int) -> None:
    terminal.wait_for("New", "Nothing is written before you say so")
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


def test_a_terminal_that_is_closed_ends_the_wizard_and_keeps_the_draft(tmp_path: Path) -> None:
    """Also below a program that keeps SIGHUP to itself, as make does."""
    (tmp_path / "home").mkdir()
    terminal = Terminal(tmp_path, launcher="trap '' HUP;")
    terminal.wait_for("New", "Nothing is written before you say so")
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
    terminal.wait_for("New", "Nothing is written before you say so")
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
