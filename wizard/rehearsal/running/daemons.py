"""haproxy and keepalived on a load balancer: started, killed, stopped, reloaded."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.running.folders import CONFIG, RUN
from wizard.rehearsal.running.station import Station, kill
from wizard.rehearsal.running.systems import Programs

PATIENCE = 10.0
"""Seconds that a daemon may take to start or to end."""
_CHECKING = 10.0  # seconds for `haproxy -c`
_LOCKS = {"-p": "parent", "-r": "vrrp", "-b": "bfd", "-c": "checkers"}
_REFUSES = frozenset((1, 2, 3, 7, 8))
"""Exit statuses of `keepalived -t` after which it does not run: no memory, a bug, fatal, no file, no permission. The
others are complaints: it runs without what it complains about (main.h; measured: 2.2.7).
"""
_LOADED = r"Loading success|New worker"
_NO_FILES = "Cannot raise FD limit"
_MOST_SHOWN = 6


class Daemons:
    """The two daemons of one load balancer. `process`: the name under which haproxy runs in a shared process table."""

    def __init__(self, station: Station, programs: Programs, configs: Sequence[str], process: str | None) -> None:
        self.station = station
        self.limited = False
        self._programs = programs
        self._configs = [word for path in configs for word in ("-f", path)]
        self._binary = f"{RUN}/{process}" if process else programs.haproxy
        self._haproxy: subprocess.Popen[bytes] | None = None
        self._keepalived: subprocess.Popen[bytes] | None = None

    # -- before anything starts

    def refusals(self) -> list[str]:
        """What haproxy and keepalived say of the files if they refuse them."""
        return [*self._of_haproxy(), *self._of_keepalived()]

    def _of_haproxy(self) -> list[str]:
        done = self.station.run(self._binary, "-c", *self._configs, patience=_CHECKING)
        if done.status == 0:
            return []
        if done.status == 124:
            return [f"{self.station.name}: 'haproxy -c' does not end within {_CHECKING:g} s"]
        wrong = [line for line in done.stdout.splitlines() if "[ALERT]" in line] or done.stdout.splitlines()
        return [f"{self.station.name}: haproxy refuses its file:", *_indented(wrong)]

    def _of_keepalived(self) -> list[str]:
        done = self.station.run(self._programs.keepalived, "-t", "-f", CONFIG)
        if done.status == 124:
            return [f"{self.station.name}: 'keepalived -t' does not end within {PATIENCE:g} s"]
        if done.status not in _REFUSES:
            return []
        return [f"{self.station.name}: keepalived refuses its file:", *_indented(done.stdout.splitlines())]

    # -- haproxy

    def start_haproxy(self) -> None:
        """Start haproxy with its files and wait until it has loaded them."""
        since = len(self.station.said)
        # What this machine allows a process to have open may be less than the file's maxconn needs.
        limit = ["-n", str(_connections())] if self.limited else []
        self._haproxy = self.station.start("haproxy", self._binary, "-W", "-db", *limit, *self._configs)
        deadline = time.monotonic() + PATIENCE
        while self.station.hears(_LOADED, since, time.monotonic() + 0.05) is None:
            if self._haproxy.poll() is not None:
                if not self.limited and self.station.hears(_NO_FILES, since, time.monotonic() + 0.2):
                    self.limited = True
                    return self.start_haproxy()
                raise self._failed("haproxy", since, "ends at its start")
            if time.monotonic() > deadline:
                raise self._failed("haproxy", since, f"does not start within {PATIENCE:g} s")
        return None

    def kill_haproxy(self) -> None:
        """Kill haproxy as a crash of all its processes would."""
        self._kill(self._haproxy)

    def stop_haproxy(self) -> None:
        """Stop haproxy as `systemctl stop` does; it is waited for in the background."""
        self._signal(self._haproxy, signal.SIGTERM)

    def reload_haproxy(self, *, to_its_end: bool = False) -> None:
        """Reload haproxy as `systemctl reload` does; `to_its_end`: wait until the new one has its files loaded."""
        since = len(self.station.said)
        self._signal(self._haproxy, signal.SIGUSR2)
        if to_its_end and self.station.hears(_LOADED, since, time.monotonic() + PATIENCE) is None:
            raise self._failed("haproxy", since, f"is not reloaded within {PATIENCE:g} s")

    # -- keepalived

    def start_keepalived(self) -> None:
        """Start keepalived with its file and wait until it runs."""
        station = self.station
        since = len(station.said)
        for what in _LOCKS.values():
            # What a killed one has left: it does not start if another process has got the number in there meanwhile.
            (station.machine.folder / "run" / f"{what}.pid").unlink(missing_ok=True)
        locks = [word for option, what in _LOCKS.items() for word in (option, f"{RUN}/{what}.pid")]
        moving = ["-s", station.machine.space] if station.shared else []
        command = [self._programs.keepalived, "-n", "-l", "-D", "-P", "-f", CONFIG, *moving, *locks]
        # Process events come to the initial network namespace only: there keepalived starts, and moves itself (-s).
        self._keepalived = station.start("keepalived", *command, outside=station.shared)
        deadline = time.monotonic() + PATIENCE
        while len(station.processes(self._keepalived)) < 2:
            if self._keepalived.poll() is not None:
                raise self._failed("keepalived", since, "ends at its start")
            if time.monotonic() > deadline:
                raise self._failed("keepalived", since, f"does not start within {PATIENCE:g} s")
            time.sleep(0.01)

    def kill_keepalived(self) -> None:
        """Kill all processes of keepalived, so that none can take the VIP away."""
        self._kill(self._keepalived)

    def stop_keepalived(self) -> None:
        """Stop keepalived as `systemctl stop` does; it is waited for in the background."""
        self._signal(self._keepalived, signal.SIGTERM)

    def reload_keepalived(self) -> None:
        """Reload keepalived as `systemctl reload` does."""
        self._signal(self._keepalived, signal.SIGHUP)

    def end_haproxy(self) -> None:
        """Wait until haproxy has ended, and kill what does not."""
        self._end(self._haproxy)

    def end_keepalived(self) -> None:
        """Wait until keepalived has ended, and kill what does not."""
        self._end(self._keepalived)

    def _end(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        self._kill(process)

    def _kill(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is None or process.poll() is not None:
            return
        kill(self.station.processes(process))
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            # nsenter stops itself when it sees that its child was stopped (util-linux 2.38), and would not see its end.
            process.send_signal(signal.SIGCONT)
            time.sleep(0.005)

    def _signal(self, process: subprocess.Popen[bytes] | None, number: signal.Signals) -> None:
        running = self.station.processes(process) if process is not None else []
        if running:
            os.kill(running[0], number)

    def _failed(self, daemon: str, since: int, how: str) -> RehearsalError:
        time.sleep(0.1)  # its last words are under way
        said = [line.text for line in self.station.said[since:] if line.daemon == daemon]
        return RehearsalError(f"{self.station.name}: {daemon} {how}:", *_indented(said or ["(it says nothing)"]))


def _connections() -> int:
    """`maxconn` that fits this machine's limit of open files: two for each connection, and some for haproxy itself."""
    import resource

    return max(100, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 500) // 4)


def _indented(lines: Sequence[str]) -> list[str]:
    """The last words of a daemon, without what it puts before each line."""
    plain = [
        re.sub(r"^\[\w+\]\s+\(\d+\) : |^\w{3} \w{3} +\d+ [\d:]+ \d+: ", "", line) for line in lines if line.strip()
    ]
    return [f"    {line}" for line in plain[-_MOST_SHOWN:]]
