"""`--watch` against real servers, in a pipe and on a terminal, and what it draws."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.tls.api_servers import Behaviour
from tests.terminals import job
from tests.wizard.running import Cluster, cluster, environment
from tests.wizard.verify.views import CUTOVER, MASTER, NS1, R1, R2, VIP, both, gives, points_to, ready, reply, view
from wizard.verify.display import Log, aged
from wizard.verify.options import VerifyOptions

pytestmark = pytest.mark.slow

PATIENCE = 30.0  # seconds
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class Terminal:
    """A pseudo terminal with a program on it."""

    def __init__(self, process: subprocess.Popen[bytes], fd: int) -> None:
        self.process = process
        self.fd = fd
        self.seen = ""

    def until(self, words: str, since: int = 0) -> None:
        """Read until the program has written this."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.seen[since:]:
            assert time.monotonic() < deadline, self.seen[since:]
            self._read(0.1)

    def end(self) -> int:
        """Read to the end; gives the exit status."""
        while self.process.poll() is None or self._read(0.0):
            self._read(0.1)
        return self.process.wait()

    def _read(self, seconds: float) -> bool:
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the program has closed its side
            return False
        self.seen += data.decode()
        return bool(data)


@contextmanager
def terminal(*arguments: str, rows: int = 50, columns: int = 80) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    # A session of its own, with the terminal as the controlling one, so that Ctrl-C arrives as it does for people.
    process = subprocess.Popen(
        ["setsid", "--ctty", sys.executable, "-m", "wizard", *arguments],
        env=environment(TERM="xterm"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@contextmanager
def piped(made: Cluster, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "wizard", *made.asking, "--watch", "--interval", "0.1", *arguments]
    process = subprocess.Popen(
        command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_json_has_a_line_per_change_and_ends_when_all_is_passed(tmp_path: Path) -> None:
    with cluster(tmp_path) as made, piped(made, "--format", "json") as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert first["next"] == "resolvers"
        heard = len(made.resolver.heard)
        while len(made.resolver.heard) < heard + 6:  # looks that find nothing new
            assert process.poll() is None
        made.led_to = made.master.address
        second = json.loads(process.stdout.readline())
        assert next(step["status"] for step in second["steps"] if step["key"] == "resolvers") == "ok"
        assert second["next"] == "api"
        made.master.behaviour = Behaviour.SERVE
        rest = [json.loads(line) for line in process.stdout]
        assert rest[-1]["passed"] is True
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_text_in_a_pipe_is_written_whole_when_it_changes(tmp_path: Path) -> None:
    with cluster(tmp_path) as made, piped(made) as process:
        assert process.stdout is not None
        made.led_to = made.master.address
        while "next: step 6, api" not in process.stdout.readline():
            assert process.poll() is None
        made.master.behaviour = Behaviour.SERVE
        rest = process.stdout.read()
        assert process.wait(PATIENCE) == 0
        assert "\x1b" not in rest
        assert rest.count("all passed; what comes next:") == 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_in_a_pipe_without_a_word(tmp_path: Path, number: int, status: int) -> None:
    with cluster(tmp_path) as made, piped(made) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        process.stdout.read()
        assert process.wait(PATIENCE) == status
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_ctrl_c_leaves_the_cursor_and_the_checklist_behind(tmp_path: Path) -> None:
    with cluster(tmp_path) as made, terminal(*made.asking, "--watch", "--interval", "60") as seen:
        seen.until("longest: ")
        assert HIDE in seen.seen
        assert SHOW not in seen.seen
        os.write(seen.fd, b"\x03")
        assert seen.end() == 130
        assert seen.seen.rindex(SHOW) > seen.seen.rindex(HIDE)
        assert "next: step 3, resolvers" in seen.seen[seen.seen.rindex(SHOW) :]
        assert "Traceback" not in seen.seen


def test_ctrl_c_counts_while_nobody_answers(tmp_path: Path) -> None:
    with cluster(tmp_path) as made:
        made.master.behaviour = Behaviour.HANG
        arguments = [word if word != "1" else "60" for word in made.asking]
        with terminal(*arguments, "--watch") as seen:
            seen.until("asking ...")
            os.write(seen.fd, b"\x03")
            assert seen.end() == 130
            assert seen.seen.rindex(SHOW) > seen.seen.rindex(HIDE)


def test_countdowns_run_between_two_looks(tmp_path: Path) -> None:
    with cluster(tmp_path) as made, terminal(*made.asking, "--watch", "--interval", "60") as seen:
        seen.until("for 60 s")
        heard = len(made.resolver.heard)
        seen.until("for 59 s")
        assert len(made.resolver.heard) == heard
        assert "\x1b[H" in seen.seen
        assert seen.seen.count("\x1b[2J") == 1


def test_the_terminal_shows_the_end_and_the_cursor_when_all_is_passed(tmp_path: Path) -> None:
    with cluster(tmp_path) as made, terminal(*made.asking, "--watch", "--interval", "0.1") as seen:
        seen.until("next: ")
        made.led_to = made.master.address
        made.master.behaviour = Behaviour.SERVE
        assert seen.end() == 0
        last = seen.seen[seen.seen.rindex(SHOW) :]
        assert "all passed; what comes next:" in last
        assert "1. vip-free: " in last


def test_a_low_terminal_still_shows_what_to_do_next(tmp_path: Path) -> None:
    rows = 12
    with cluster(tmp_path) as made, terminal(*made.asking, "--watch", "--interval", "60", rows=rows) as seen:
        seen.until("longest: ")
        drawn = seen.seen[seen.seen.rindex("\x1b[H") :]
        assert drawn.count("\n") < rows
        assert "next: step 3, resolvers" in drawn


def test_a_countdown_alone_is_no_change(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log(VerifyOptions())
    stale = [*both(NS1, VIP), *both(R1, MASTER, ttl=41)]
    seen = view(CUTOVER, replies=stale, probes=ready(), system=gives(VIP))
    log.show(seen)
    assert "for 41 s" in capsys.readouterr().out
    log.show(aged(seen, 5))
    assert capsys.readouterr().out == ""
    log.show(view(CUTOVER, replies=points_to(VIP), probes=ready(), system=gives(VIP)))
    assert "all passed" in capsys.readouterr().out


def test_what_caches_remember_ages_and_what_zones_say_does_not() -> None:
    own = reply(R2, MASTER, ttl=30, authoritative=True)
    seen = aged(view(replies=[*both(NS1, MASTER, ttl=60), *both(R1, MASTER, ttl=41), own]), 40)
    ttls = {(r.server.label, r.question): (r.ttl, r.negative_ttl) for r in seen.dns.replies}
    assert ttls[NS1.label, "A"] == (60, None)
    assert ttls[NS1.label, "AAAA"] == (None, 60)
    assert ttls[R1.label, "A"] == (1, None)
    assert ttls[R1.label, "AAAA"] == (None, 20)
    assert ttls[R2.label, "A"] == (30, None)
    assert {r.ttl for r in aged(seen, 40).dns.replies if r.server == R1} == {0, None}


def test_it_ends_as_soon_as_nobody_reads_any_more(tmp_path: Path) -> None:
    """Also when there is nothing to write, which would show it."""
    with cluster(tmp_path) as made, piped(made, "--interval", "60") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(PATIENCE) == 1
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_socket_that_is_written_to_and_then_closed(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with cluster(tmp_path) as made, ours, theirs:
        command = [sys.executable, "-m", "wizard", *made.asking, "--watch", "--interval", "60"]
        process = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=theirs.fileno())
        theirs.close()
        assert ours.recv(64)
        ours.close()
        assert process.wait(PATIENCE) == 1


def test_a_full_disk_ends_it(tmp_path: Path) -> None:
    with cluster(tmp_path) as made, open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "wizard", *made.asking, "--watch"]
        done = subprocess.run(command, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "halb-wizard: cannot write to stdout: no space left on device\n")


def test_stopped_and_continued_the_terminal_is_left_and_taken_again(tmp_path: Path) -> None:
    with cluster(tmp_path) as made, job(*made.asking, "--watch", "--interval", "60") as seen:
        seen.until("longest: ")
        assert seen.changed() == {"7", "25"}
        seen.type("\x1a")  # Ctrl-Z
        assert seen.report() == ("stopped", signal.SIGTSTP, True)
        assert seen.changed() == set()
        seen.until("longest: ", seen.foreground())
        assert seen.changed() == {"7", "25"}
        seen.send(signal.SIGHUP)
        assert seen.report() == ("ended", 129, True)
        assert seen.changed() == set()
        assert "Traceback" not in seen.seen


def test_a_terminal_that_is_gone_ends_it(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    folder.mkdir()
    with cluster(folder) as made, terminal(*made.asking, "--watch", "--interval", "0.1") as seen:
        seen.until("longest: ")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, seen.fd)  # closes the terminal, and keeps the number for the end of the block
        os.close(nothing)
        assert seen.process.wait(PATIENCE) in (129, -signal.SIGHUP)
