"""Opening the wizard in a real (pseudo) terminal, without one, and what a crash leaves behind."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.live.scripted import scripted, serving
from tests.wizard.running import environment

pytestmark = pytest.mark.slow

PATIENCE = 30.0  # seconds
OPEN = "import sys; from pathlib import Path; from wizard.tui.opening import open_wizard; "
OFFLINE = "sys.exit(open_wizard(Path(sys.argv[1]), offline=True))"
CRASH = (
    "from wizard.tui.widgets.topology import Topology; "
    "Topology.show = lambda self, answers, secret='hunter2': 1 // (len(answers['cluster', 0, 'endpoint']) != 3); "
)
LEFT_ALTERNATE = "\x1b[?1049l"


def run_in_terminal(folder: Path, program: str, keys: list[tuple[str, str]]) -> tuple[int, str]:
    """Run a program on a pseudo terminal; each key is sent once the words before it are there; status and output."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = environment(TERM="xterm-256color", XDG_STATE_HOME=str(folder / "state"))
    process = subprocess.Popen(
        ["setsid", "--ctty", sys.executable, "-c", program, str(folder)],
        env=env, stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen, deadline, since = "", time.monotonic() + PATIENCE, 0
    try:
        while True:
            assert time.monotonic() < deadline, seen[-2000:]
            if keys and keys[0][0] in seen[since:]:
                since = len(seen)
                os.write(ours, keys.pop(0)[1].encode())
            if not select.select([ours], [], [], 0.05)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                data = os.read(ours, 65536)
            except OSError:  # the program has closed its side
                break
            if not data:
                break
            seen += data.decode(errors="replace")
        return process.wait(), seen
    finally:
        process.kill()
        process.wait()
        os.close(ours)


COMMAND = "import sys; from wizard.commands.cli import main; sys.exit(main([*{}, sys.argv[1]]))"


def test_offline_is_said_from_the_first_screen_on(tmp_path: Path) -> None:
    keys = [("offline: nothing is asked", "\r"), ("kube-control", "k.example.com"), ("not asked (offline)", "\x11")]
    status, _ = run_in_terminal(tmp_path, COMMAND.format(["--offline"]), keys)
    assert (status, keys) == (0, [])


def test_the_resolver_of_the_command_line_is_asked_beside_the_form(tmp_path: Path) -> None:
    with scripted(serving({("k.example.com", "A"): ["k.example.com. 60 IN A 192.0.2.77"]})) as server:
        option = f"--resolver={server.server.address}:{server.server.port}"
        keys = [("begin", "\r"), ("kube-control", "k.example.com"), ("192.0.2.77", "\x11")]
        status, _ = run_in_terminal(tmp_path, COMMAND.format([option]), keys)
    assert (status, keys) == (0, [])
    assert server.heard


def test_without_a_terminal_it_says_what_to_use_and_does_not_import_textual(tmp_path: Path) -> None:
    program = OPEN + "status = open_wizard(Path('.')); assert 'textual' not in sys.modules; sys.exit(status)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment()
    )
    assert done.returncode == 2
    assert "the wizard needs a terminal; without one, use 'halb-wizard import'" in done.stderr


@pytest.mark.slow
def test_in_a_terminal_it_opens_and_names_the_draft_when_it_is_left(tmp_path: Path) -> None:
    keys = [("begin", "\r"), ("kube-control", "k.example.com\x11")]
    status, seen = run_in_terminal(tmp_path, OPEN + OFFLINE, keys)
    assert status == 0
    after = seen.rpartition(LEFT_ALTERNATE)[2]
    assert "draft saved to" in " ".join(after.split())
    assert 'endpoint = "k.example.com"' in next((tmp_path / "state/halb/drafts").glob("*.toml")).read_text()


@pytest.mark.slow
def test_a_crash_restores_the_terminal_keeps_the_draft_and_names_the_log(tmp_path: Path) -> None:
    keys = [("begin", "\r"), ("kube-control", "abc")]
    status, seen = run_in_terminal(tmp_path, CRASH.join((OPEN, OFFLINE)), keys)
    assert status == 3
    after = " ".join(seen.rpartition(LEFT_ALTERNATE)[2].split())
    assert "internal error: " in after
    assert "draft saved to" in after
    assert "Traceback" not in seen
    drafts = tmp_path / "state/halb/drafts"
    log = next(drafts.glob("crash-*.log"))
    assert log.name in after
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert 'endpoint = "abc"' in next(drafts.glob("*.toml")).read_text()
