"""Programs on a pseudo terminal, as the foreground job of a shell: they can be stopped, continued and hung up on."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import programs

PATIENCE = 30.0  # seconds
_MODE = re.compile(r"\x1b\[\?(\d+)([hl])")
_ON_AT_FIRST = ("7", "25")  # lines wrap, the cursor is shown


class Job:
    """A program that runs; `seen` is what it has written."""

    def __init__(self, fd: int, control: socket.socket) -> None:
        self.fd = fd
        self.seen = ""
        self._control = control
        self._reports: list[str] = []
        self.process = int(control.recv(64))

    def until(self, words: str, since: int = 0) -> None:
        """Read until the program has written this."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.seen[since:]:
            assert time.monotonic() < deadline, self.seen[since:]
            self._read(0.1)

    def type(self, keys: str) -> None:
        """Type on the terminal."""
        os.write(self.fd, keys.encode())

    def send(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.process, number)

    def report(self, *, read: bool = True) -> tuple[str, int, bool]:
        """What has happened: "stopped" or "ended", by which signal or with which status, and whether the terminal's
        line settings are those of before.
        """
        deadline = time.monotonic() + PATIENCE
        while not select.select([self._control], [], [], 0)[0]:
            assert time.monotonic() < deadline, self.seen
            if read:
                self._read(0.05)
        what, number, same = self._control.recv(64).decode().split()
        while read and self._read(0.0):
            pass
        return what, int(number), same == "1"

    def foreground(self) -> int:
        """Continue it with the terminal, as `fg` does; gives how much was seen before."""
        since = len(self.seen)
        self._control.send(b"fg")
        return since

    def changed(self) -> set[str]:
        """The modes of the terminal (DECSET) that are not as they were at first: none after a program's end."""
        last = {number: letter == "h" for number, letter in _MODE.findall(self.seen)}
        return {number for number, on in last.items() if on != (number in _ON_AT_FIRST)}

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        os.close(self.fd)
        self.fd = -1

    def _read(self, seconds: float) -> bool:
        if self.fd < 0 or not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # nobody has the other side any more
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)


@contextmanager
def job(
    *arguments: str,
    module: str = "wizard",
    program: Sequence[str] = (),
    rows: int = 24,
    cwd: Path | None = None,
    **variables: str,
) -> Iterator[Job]:
    """`halb-wizard`, another module, or a program, with these arguments on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    control, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [*(program or (sys.executable, "-m", module)), *arguments]
    # Descriptor 3 by a shell, as Popen hands descriptors on under their own numbers only.
    script = f'exec "$@" 3<&{its.fileno()} {its.fileno()}<&-' if its.fileno() != 3 else 'exec "$@"'
    shell = ["bash", "-c", script, "job", sys.executable, "-IS", str(programs.ROOT / "tests/job.py"), *command]
    environment = programs.environment(TERM="xterm-256color", PYTHONUNBUFFERED="1", **variables)
    process = subprocess.Popen(
        shell, env=environment, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, pass_fds=[its.fileno()]
    )
    os.close(theirs)
    its.close()
    made = None
    try:
        made = Job(ours, control)
        yield made
    finally:
        control.close()
        if made is not None and process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(made.process, signal.SIGKILL)
        process.kill()
        process.wait()
        if made is None or made.fd >= 0:
            os.close(ours)
