"""A load balancer's machine that stays: its mounts and its process table live as long as a first process in it."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import NamedTuple

from wizard.rehearsal.lab.done import Done
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import running_in

_PATIENCE = 10.0  # seconds
# The first process of a process table is the one that has to reap what others leave; a shell that waits does.
_FIRST = "echo up; while :; do sleep 1000 & wait; done"
URGENT = ("nice", "-n", "-15")
"""What a program is started with so that a busy machine does not make its times late; it runs without that as well."""
_SYSTEM = ("proc", "sys", "dev", "run", "tmp")


class Spoken(NamedTuple):
    """A line that a daemon has said, with the time on the monotonic clock."""

    at: float
    daemon: str
    text: str


class Station:
    """The machine of a load balancer. `shared`: its programs are in this system's own process table, as keepalived gets
    no news of processes anywhere else (measured: keepalived 2.2.7, Linux 6.18, netlink connector); else it has a
    process table of its own. `root`: the folder with the system whose programs run there.
    """

    def __init__(self, machine: Machine, *, shared: bool, root: Path) -> None:
        self.machine = machine
        self.name = machine.name
        self.shared = shared
        self.said: list[Spoken] = []
        self._root = root
        self._first: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        self._inside = 0
        self._news = threading.Condition()

    def open(self, mounts: Mapping[str, Path]) -> None:
        """Start the first process, with these mounts."""
        machine = self.machine
        inside = str(self._root).rstrip("/")
        laying = Machine(
            machine.name, machine.space, machine.folder, {inside + at: what for at, what in mounts.items()}
        )
        own_table = [] if self.shared else ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        entering = []
        if inside:
            quoted = shlex.quote(inside)
            places = [f"mount --rbind /{place} {quoted}/{place}" for place in _SYSTEM]
            entering = ["sh", "-ec", "\n".join([f"mount --rbind {quoted} {quoted}", *places, 'exec "$@"']), "sh"]
        command = ["ip", "netns", "exec", machine.space, *own_table, *entering, *laying.laid(), "sh", "-c", _FIRST]
        self._first = subprocess.Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
        assert self._first.stdout is not None
        if (line := self._first.stdout.readline()) != b"up\n":
            said = (line + self._first.stdout.read(1000)).decode(errors="replace")
            raise RuntimeError(f"{self.name}: no machine: {said}")
        self._inside = self._first.pid if self.shared else children_of(self._first.pid)[0]

    def command(self, *words: str, outside: bool = False) -> list[str]:
        """The command line of a program on the machine; `outside`: in the initial network namespace."""
        kinds = ["--mount"] + ([] if outside else ["--net"]) + ([] if self.shared else ["--pid"])
        chroot = ["chroot", str(self._root)] if str(self._root) != "/" else []
        return ["nsenter", "--target", str(self._inside), *kinds, "--", *chroot, *words]

    def run(self, *words: str, patience: float = _PATIENCE) -> Done:
        """Run a program on the machine and wait for it; status 124 when it takes longer than `patience` seconds."""
        try:
            done = subprocess.run(
                self.command(*words), check=False, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, timeout=patience
            )
        except subprocess.TimeoutExpired as late:
            return Done(124, (late.stdout or b"").decode(errors="replace"), "")
        return Done(done.returncode, done.stdout.decode(errors="replace"), "")

    def start(self, daemon: str, *words: str, outside: bool = False) -> subprocess.Popen[bytes]:
        """Start a daemon; what it says is kept line by line in `said`."""
        command = self.command(*URGENT, *words, outside=outside)
        process = subprocess.Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
        self._started.append(process)
        threading.Thread(target=self._listen, args=(daemon, process), daemon=True).start()
        return process

    def _listen(self, daemon: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as out:
            for line in out:
                with self._news:
                    self.said.append(Spoken(time.monotonic(), daemon, line.decode(errors="replace").rstrip()))
                    self._news.notify_all()

    def hears(self, pattern: str, since: int, until: float) -> Spoken | None:
        """The first line from number `since` on that matches, waited for until a time; None if there is none."""
        with self._news:
            while True:
                for line in self.said[since:]:
                    if re.search(pattern, line.text):
                        return line
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self._news.wait(min(left, 0.2))

    def processes(self, process: subprocess.Popen[bytes]) -> list[int]:
        """The processes of a daemon that runs, the parent first."""
        if process.poll() is not None:
            return []
        tops = [process.pid] if self.shared else children_of(process.pid)
        return [number for top in tops for number in (top, *_descendants(top))]

    def lose_power(self) -> None:
        """Kill everything on the machine so that nothing can do anything about it."""
        found = running_in(self.machine.space)
        kill(found)
        if self._first is not None:
            self._first.wait(_PATIENCE)
            assert self._first.stdout is not None
            self._first.stdout.close()
            self._first = None

    def close(self) -> None:
        """End the machine; what runs there is ended with its network."""
        if self._first is not None:
            self.lose_power()
        for process in self._started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)


def kill(processes: Iterable[int]) -> None:
    """Kill processes as a power cut does: none of them runs while another one is dead already."""
    found = list(processes)
    for number in found:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGSTOP)
    for number in reversed(found):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def children_of(process: int) -> list[int]:
    """The children of a process, in the order in which they were started; none of one that is gone."""
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(number) for number in text.split()]


def _descendants(process: int) -> list[int]:
    return [number for child in children_of(process) for number in (child, *_descendants(child))]
