"""A cluster's machines as network namespaces on one bridge: load balancers, control-plane nodes and a client.

The load balancers run the real haproxy and keepalived with the files that would be installed, at the paths where they
would be. Needs root; everything is removed at the end.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.daemons import require
from tests.e2e.addresses import AddressLog

PATIENCE = 30.0  # seconds


class Machine:
    """One machine: a network namespace with a cable to the bridge."""

    def __init__(self, network: Network, name: str, interface: str, addresses: Sequence[str]) -> None:
        self.network = network
        self.name = name
        self.interface = interface
        self.space = f"{name[-10:]}-{network.mark}"
        self.port = f"p{network.count:02}{network.mark}"
        _ip("netns", "add", self.space)
        network.stack.callback(_ip, "netns", "del", self.space)
        _ip("-n", self.space, "link", "set", "lo", "up")
        self.log = AddressLog(self.space, network.folder / f"{name}.addresses")
        network.stack.callback(_end, self.log.process)
        _ip(
            *("-n", network.switch, "link", "add", self.port, "type", "veth"),
            *("peer", "name", interface, "netns", self.space),
        )
        _ip("-n", network.switch, "link", "set", self.port, "master", "br0")
        _ip("-n", network.switch, "link", "set", self.port, "up")
        for address in addresses:
            # Without duplicate address detection an IPv6 address is there at once.
            _ip("-n", self.space, "addr", "add", address, "dev", interface, *(["nodad"] if ":" in address else []))
        _ip("-n", self.space, "link", "set", interface, "up")

    @property
    def prefix(self) -> list[str]:
        """What a command is preceded with to run on this machine."""
        return ["ip", "netns", "exec", self.space]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command on the machine and wait for it."""
        return subprocess.run([*self.prefix, *command], capture_output=True, text=True, check=False)

    def start(self, *command: str, mounts: dict[Path, str] | None = None, log: Path) -> subprocess.Popen[bytes]:
        """Start a program on the machine; `mounts` lay folders over those of the system for it alone."""
        binds = " && ".join(f"mount --bind '{source}' '{target}'" for source, target in (mounts or {}).items())
        script = f'{binds or "true"} && exec "$@"'
        with log.open("ab") as out:
            process = subprocess.Popen(
                [*self.prefix, "unshare", "-m", "sh", "-c", script, "sh", *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.network.stack.callback(_end, process)
        return process


class Network:
    """The bridge, and what hangs on it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.mark = uuid.uuid4().hex[:4]
        self.count = 0
        self.switch = f"sw-{self.mark}"
        _ip("netns", "add", self.switch)
        stack.callback(_ip, "netns", "del", self.switch)
        _ip("-n", self.switch, "link", "add", "br0", "type", "bridge")
        _ip("-n", self.switch, "link", "set", "br0", "up")

    def machine(self, name: str, *addresses: str, interface: str = "eth0") -> Machine:
        """A new machine with these addresses (each with its prefix length)."""
        self.count += 1
        return Machine(self, name, interface, addresses)


class Balancer:
    """A load balancer with its two daemons."""

    def __init__(self, machine: Machine, files: Path) -> None:
        """`files` is the folder that halb wrote for it: etc/haproxy, etc/keepalived."""
        self.machine = machine
        self.files = files
        self.log = machine.network.folder / f"{machine.name}.log"
        self.haproxy: subprocess.Popen[bytes] | None = None
        self.keepalived: subprocess.Popen[bytes] | None = None
        # All machines here have one process table, which is where keepalived looks for its process by name: each one's
        # haproxy has a name of its own.
        self.process = f"hap-{machine.port}"
        self._binary = machine.network.folder / self.process
        shutil.copy(require("haproxy"), self._binary)
        self._run = machine.network.folder / f"run-{machine.name}"
        self._run.mkdir()
        config = files / "etc/keepalived/keepalived.conf"
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("process haproxy\n", f"process {self.process}\n"), encoding="utf-8")

    def start_haproxy(self) -> None:
        """Start haproxy with the file that halb wrote, under its real path."""
        self.haproxy = self.machine.start(
            *(str(self._binary), "-db", "-f", "/etc/haproxy/haproxy.cfg"),
            mounts={self.files / "etc/haproxy": "/etc/haproxy", self._run: "/run/haproxy"},
            log=self.log,
        )

    def start_keepalived(self) -> None:
        """Start keepalived with the file that halb wrote, under its real path."""
        folder = self.machine.network.folder
        # Process events come to the initial network namespace only: keepalived starts there and moves itself (-s).
        script = f"mount --bind '{self.files}/etc/keepalived' /etc/keepalived && exec \"$@\""
        command = [
            *(str(require("keepalived")), "-n", "-l", "-D", "-P", "-s", self.machine.space),
            *("-p", str(folder / f"{self.machine.name}.pid"), "-r", str(folder / f"{self.machine.name}.vrrp")),
        ]
        with self.log.open("ab") as out:
            self.keepalived = subprocess.Popen(
                ["unshare", "-m", "sh", "-c", script, "sh", *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.machine.network.stack.callback(_end, self.keepalived)

    def kill_haproxy(self) -> float:
        """Kill it as a crash would; gives the time (seconds since 1970)."""
        assert self.haproxy is not None
        now = time.time()
        self.haproxy.send_signal(signal.SIGKILL)
        self.haproxy.wait(PATIENCE)
        return now


def until(condition: Callable[[], bool], what: Callable[[], str], patience: float = PATIENCE) -> None:
    """Wait until a condition holds. `what` tells the state if it never does."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(what())
        time.sleep(0.02)


def holds_for(seconds: float, condition: Callable[[], bool], what: Callable[[], str]) -> None:
    """See a condition hold all the time. `what` tells the state if it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), what()
        time.sleep(0.02)


def require_network() -> None:
    """Skip the test where there can be no machines; in CI, where there must be, let it fail."""
    for tool in ("ip", "unshare", "haproxy", "keepalived"):
        require(tool)
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("network namespaces need root, and CI must have it")
        pytest.skip("network namespaces need root")


@contextmanager
def network(folder: Path) -> Iterator[Network]:
    """A bridge without machines."""
    for place in ("/etc/haproxy", "/etc/keepalived", "/run/haproxy"):
        Path(place).mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield Network(folder, stack)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
