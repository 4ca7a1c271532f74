"""A real terminal (tmux) with the wizard in it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

from tests.daemons import program
from tests.wizard.tui.support.pilot import is_named

PATIENCE = 30.0  # seconds
_NAMES = {"enter": "Enter", "f10": "F10", "escape": "Escape"}


class Terminal:
    """A tmux window of 80x24 with the wizard in it; `settings` are environment variables of the wizard alone.

    `launcher`: what the shell is told before; `options`: the wizard's own.
    """

    def __init__(self, folder: Path, *, launcher: str = "", options: str = "", **settings: str) -> None:
        self._tmux = [str(program("tmux")), "-L", f"halb-{uuid.uuid4().hex[:8]}", "-f", "/dev/null"]
        wizard = Path(sys.executable).parent / "halb-wizard"
        env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8"}
        setting = [word for key, value in env.items() for word in ("-e", f"{key}={value}")]
        # tmux would set TERM itself, and hand on what the terminal around it has.
        unset = " ".join(f"-u {name}" for name in ("COLORTERM", "NO_COLOR", "TEXTUAL_THEME"))
        own = " ".join(f"{key}={value}" for key, value in {"TERM": "screen-256color", **settings}.items())
        # The program stays in the window after its end, so that its last words can be read.
        command = f"{launcher} env {unset} {own} {wizard} {options} '{folder / 'kacang'}/'; echo \"ended with $?\"; cat"
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

    def record(self, file: Path) -> Path:
        """From now on, put every byte that the wizard writes to its terminal into a file too."""
        file.touch()
        self._run("pipe-pane", "-O", f"cat >>'{file}'")
        return file

    def wait_for(self, *words: str, patience: float = PATIENCE) -> str:
        """Wait until the window shows all of these."""
        deadline = time.monotonic() + patience
        while not all(word in (shown := self.screen()) for word in words):
            assert time.monotonic() < deadline, shown
            time.sleep(0.02)
        return shown

    def end(self) -> None:
        self._run("kill-server")
