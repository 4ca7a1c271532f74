"""A load balancer: a machine with both daemons, and the files that halb rendered where install.sh puts them."""

from __future__ import annotations

import shutil
import subprocess
import time

from tests.daemons import program
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net

PATIENCE = 30.0  # seconds


class Balancer:
    """A load balancer. Its folder has what halb wrote for it: etc/haproxy, etc/keepalived."""

    def __init__(self, machine: Machine, net: Net) -> None:
        self.machine = machine
        self.log = machine.folder / "log"
        self.haproxy: subprocess.Popen[bytes] | None = None
        # All machines here have one process table, which is where keepalived looks for its process by name: each one's
        # haproxy has a name of its own.
        process = f"{net.mark}{machine.name[-3:]}"[4:19]
        self._binary = machine.folder / process
        shutil.copy(program("haproxy"), self._binary)
        run = machine.folder / "run"
        run.mkdir()
        etc = machine.folder / "etc"
        machine.mounts |= {f"/etc/{name}": etc / name for name in ("haproxy", "keepalived")}
        machine.mounts["/run/haproxy"] = run
        config = etc / "keepalived" / "keepalived.conf"
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("process haproxy\n", f"process {process}\n"), encoding="utf-8")

    def start_haproxy(self) -> None:
        """Start haproxy with the file that halb wrote, under its real path."""
        command = [str(self._binary), "-db", "-f", "/etc/haproxy/haproxy.cfg"]
        self.haproxy = self.machine.start(*command, log=self.log)

    def start_keepalived(self) -> None:
        """Start keepalived with the file that halb wrote, under its real path."""
        folder = self.machine.folder
        # Process events come to the initial network namespace only: keepalived starts there and moves itself (-s).
        self.machine.start(
            *(str(program("keepalived")), "-n", "-l", "-D", "-P", "-s", self.machine.space),
            *("-p", str(folder / "parent.pid"), "-r", str(folder / "vrrp.pid")),
            log=self.log,
            outside=True,
        )

    def kill_haproxy(self) -> float:
        """Kill it as a crash would; returns the time (monotonic clock, seconds)."""
        assert self.haproxy is not None
        now = time.monotonic()
        self.haproxy.kill()
        self.haproxy.wait(PATIENCE)
        return now
