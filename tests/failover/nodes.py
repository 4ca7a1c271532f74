"""One node: its machine, its keepalived, and the files and the process that its checks look at."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGSTOP, Signals

from tests.roots import Root
from wizard.rehearsal.lab.network import Net

PATIENCE = 10.0  # seconds
_LOCKS = {"p": "parent", "r": "vrrp", "b": "bfd", "c": "checkers"}
PROCESS = "hap-lb"  # what configurations call the tracked process of node N is this and N


class Node:
    """A load balancer of a scenario. Its address is 192.168.77.1N and fd77::1N, on eth1 192.168.78.1N and fd78::1N."""

    def __init__(self, name: str, net: Net, conf: str, root: Root | None = None) -> None:
        """`root` has the keepalived that runs (None: the installed one)."""
        self.name = name
        self._root = root
        self.number = int(name.removeprefix("lb"))
        self.machine = net.machine(name)
        self.folder = self.machine.folder
        self.mounted = self.folder / "run"
        self.mounted.mkdir()
        self.machine.mounts["/run/halb"] = self.mounted
        (self.mounted / "haproxy-ok").touch()
        self._tracks_processes = "vrrp_track_process" in conf
        # All namespaces share one process table: each scenario's process has a name of its own there.
        self._process_name = f"{net.mark}n{self.number}"[4:19]
        self.conf = self.folder / "keepalived.conf"
        self.conf.write_text(conf.replace(f"{PROCESS}{self.number}", self._process_name), encoding="utf-8")
        self.conf.chmod(0o640)
        self.daemon: subprocess.Popen[bytes] | None = None
        self._service: subprocess.Popen[bytes] | None = None

    def link(self, kind: str, device: str) -> str:
        """The name of one of its links in the switch: b(ridge), u(plink), c (the uplink's core end), p(ort)."""
        return f"{kind}{self.number}-{device}"

    def hardware(self, device: str) -> str:
        """The MAC address: a higher node has a higher link-local IPv6 address."""
        return f"02:00:00:00:0{device[-1]}:{10 + self.number:02x}"

    def wiring(self, device: str) -> list[str]:
        """The commands of `ip` that give it its addresses."""
        net = 77 + int(device[-1])
        return [
            f"addr add 192.168.{net}.{10 + self.number}/24 dev {device}",
            f"addr add fd{net}::{10 + self.number}/64 dev {device} nodad",
            f"link set {device} up",
        ]

    def log(self) -> str:
        """What keepalived has said so far."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def prepare(self) -> None:
        """Bring a shell to the point where only keepalived remains to be started."""
        if self.daemon is not None:
            self.daemon.wait(PATIENCE)
        # Process events come to the initial network namespace only: there keepalived starts, and moves itself (-s).
        prefix = self.machine.prefix_outside if self._tracks_processes else self.machine.prefix
        moving = f"-s {self.machine.space}" if self._tracks_processes else ""
        # From 2.3.0 on, keepalived locks the files of all four processes, also of those that it does not start.
        locks = " ".join(f"-{option} {self.folder}/{what}.pid" for option, what in _LOCKS.items())
        command = f"keepalived -n -l -D -P {moving} -f {self.conf} {locks}".split()
        if self._root is not None:
            command = self._root.inside(command)
        script = (
            f"cd {self.folder} && echo ready && read go && "
            f"exec nice -n -15 {shlex.join(command)} >>{self.folder}/log 2>&1 </dev/null"
        )
        self.daemon = subprocess.Popen([*prefix, "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.daemon.stdout is not None
        with self.daemon.stdout as out:
            if out.readline() != b"ready\n":
                raise RuntimeError(f"{self.name}: no shell in the namespace {self.machine.space}")

    def go(self) -> None:
        """Start keepalived."""
        assert self.daemon is not None
        assert self.daemon.stdin is not None
        with self.daemon.stdin as pipe:
            pipe.write(b"go\n")

    def await_running(self) -> None:
        """Wait until keepalived has its VRRP process, or has ended because it refuses its file."""
        assert self.daemon is not None
        deadline = time.monotonic() + PATIENCE
        while not self._children() and self.daemon.poll() is None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name}: keepalived does not start:\n{self.log()}")
            time.sleep(0.002)

    def processes(self) -> list[int]:
        """The processes of keepalived, the parent first."""
        if self.daemon is None or self.daemon.poll() is not None:
            return []
        return [self.daemon.pid, *self._children()]

    def signal(self, number: Signals) -> None:
        """Send a signal to all processes of keepalived."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def crash(self) -> None:
        """Kill all of them so that none can do anything about it."""
        found = self.processes()
        self.signal(SIGSTOP)
        for process in reversed(found):
            with suppress(ProcessLookupError):
                os.kill(process, SIGKILL)
        if self.daemon is not None:
            self.daemon.wait(PATIENCE)

    def signal_parent(self, number: Signals) -> None:
        """Send a signal to the parent alone."""
        assert self.daemon is not None
        self.daemon.send_signal(number)

    def kill_child(self) -> None:
        """Kill the VRRP process alone."""
        for process in self._children():
            os.kill(process, SIGKILL)

    def start_process(self) -> None:
        """Start the process that track_process looks for; a link to sleep, so that it has the wanted name."""
        program = self.folder / self._process_name
        if not program.exists():
            program.symlink_to("/usr/bin/sleep")
        self._service = subprocess.Popen([*self.machine.prefix, str(program), "infinity"])

    def kill_process(self) -> None:
        """Kill it as a crash would."""
        assert self._service is not None
        self._service.kill()
        self._service.wait(PATIENCE)

    def end(self) -> None:
        """Kill whatever runs."""
        self.crash()
        if self._service is not None:
            self._service.kill()
            self._service.wait(PATIENCE)

    def _children(self) -> list[int]:
        assert self.daemon is not None
        try:
            text = Path(f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            return []
        return [int(number) for number in re.findall(r"\d+", text)]
