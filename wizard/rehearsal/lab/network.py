"""Networks of machines. All names start with `halb` and the process's number: what a killed run left can be swept."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from wizard.rehearsal.lab.machine import SPACES, Machine, end

PATIENCE = 10.0  # seconds
_MINE = re.compile(r"halb(\d+)x\d+-")
_PLACES = (Path(tempfile.gettempdir()), Path("/var/lib"))
_serial = itertools.count(1)


class Net:
    """The machines of one network. A context manager: in the end their programs are ended, and all is removed."""

    def __init__(self, below: Path = _PLACES[0]) -> None:
        """`below` is where the folder for its files is made, one of those that `sweep` looks into."""
        self.mark = f"halb{os.getpid()}x{next(_serial)}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.mark}-", dir=below))
        self.folder.chmod(0o755)
        self.machines: list[Machine] = []

    def __enter__(self) -> Net:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        started = [process for machine in self.machines for process in machine.started]
        for process in started:
            process.terminate()
        for process in started:
            end(process)
        for machine in self.machines:
            _remove(machine.space)
        shutil.rmtree(self.folder, ignore_errors=True)

    def machine(self, name: str, mounts: Mapping[str, Path] | None = None) -> Machine:
        """A new machine without a cable."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        machine = Machine(name, f"{self.mark}-{name}", folder, mounts)
        subprocess.run(["ip", "netns", "add", machine.space], check=True, capture_output=True)
        self.machines.append(machine)
        machine.ip("link", "set", "lo", "up")
        return machine


def bridging(bridge: str) -> list[str]:
    """The commands of `ip` that make a bridge which floods every multicast frame."""
    return [f"link add {bridge} type bridge mcast_snooping 0", f"link set {bridge} up"]


def cable(port: str, bridge: str, machine: Machine, device: str, hardware: str = "") -> list[str]:
    """The commands of `ip` that lay a cable from a bridge to a machine's device, which stays down.

    They run where the bridge is; `hardware` is the device's MAC address.
    """
    address = f"address {hardware}" if hardware else ""
    return [
        f"link add {port} type veth peer name {device} {address} netns {machine.space}",
        f"link set {port} master {bridge} up",
    ]


def _remove(space: str) -> None:
    """Kill what runs in a namespace, and delete it."""
    if not (SPACES / space).exists():
        return
    deadline = time.monotonic() + PATIENCE
    while (running := running_in(space)) and time.monotonic() < deadline:
        for number in running:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.005)
    subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)


def running_in(space: str) -> list[int]:
    """The processes that are in a namespace, and those that were told to move there and have not yet."""
    # A run that was killed between making the file and mounting on it leaves a name that is no namespace yet.
    done = subprocess.run(["ip", "netns", "pids", space], check=False, capture_output=True, text=True)
    found = {int(number) for number in done.stdout.split()}
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if space.encode() in place.read_bytes().split(b"\0"):
                found.add(int(place.parent.name))
    return sorted(found)


def sweep() -> list[str]:
    """Remove what runs that were killed have left; gives the names of the namespaces."""
    swept = []
    for place in [place for folder in (SPACES, *_PLACES) if folder.is_dir() for place in folder.iterdir()]:
        owner = _MINE.match(place.name)
        if owner is None or Path("/proc", owner[1]).exists():
            continue
        if place.parent == SPACES:
            _remove(place.name)
            swept.append(place.name)
        else:
            shutil.rmtree(place, ignore_errors=True)
    return swept
