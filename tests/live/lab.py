"""Two machines in network namespaces: a workstation, and one that has all of a cluster's addresses.

Nothing leaves the machine, and everything is removed at the end. Needs root; without it the test is skipped, except
in CI, where it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.daemons import require
from tests.rules.lint import ROOT, Done

WORKSTATION = "192.168.2.9"


class Lab:
    """The two namespaces. `here` is the command prefix of the workstation, `cluster` that of the other one."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        mark = uuid.uuid4().hex[:6]
        self._names = (f"halb-w-{mark}", f"halb-c-{mark}")
        self._device = f"hc{mark}"
        self.here = ["ip", "netns", "exec", self._names[0]]
        self.cluster = ["ip", "netns", "exec", self._names[1]]
        self.etc = Path("/etc/netns") / self._names[0]

    def make(self) -> None:
        """Create the namespaces, the cable between them, and the workstation's own files."""
        for name in self._names:
            _ip("netns", "add", name)
            self.stack.callback(_ip, "netns", "del", name)
            _ip("-n", name, "link", "set", "lo", "up")
        here, there = self._names
        near = f"hw{self._device[2:]}"
        _ip("link", "add", near, "netns", here, "type", "veth", "peer", "name", self._device, "netns", there)
        _ip("-n", here, "addr", "add", f"{WORKSTATION}/24", "dev", near)
        _ip("-n", here, "link", "set", near, "up")
        _ip("-n", there, "link", "set", self._device, "up")
        self.etc.mkdir(parents=True)
        self.stack.callback(shutil.rmtree, self.etc, ignore_errors=True)
        self.write_etc("hosts", "127.0.0.1 localhost\n")
        self.write_etc("nsswitch.conf", "hosts: files dns\n")
        self.write_etc("resolv.conf", "nameserver 127.0.0.1\n")

    def write_etc(self, name: str, text: str) -> None:
        """Set a file of the workstation's /etc, for commands that start from now on."""
        (self.etc / name).write_text(text, encoding="utf-8")

    def add_address(self, *addresses: str) -> None:
        """Give the cluster's machine these addresses."""
        for address in addresses:
            _ip("-n", self._names[1], "addr", "add", f"{address}/24", "dev", self._device)

    def route(self, network: str) -> None:
        """Let the workstation reach a further network of the cluster's machine."""
        _ip("-n", self._names[0], "route", "add", network, "dev", f"hw{self._device[2:]}")

    def start(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """Run a program on the workstation in the background, its output in a pipe."""
        process = subprocess.Popen(
            [*self.here, *command],
            cwd=self.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.stack.callback(_end, process)
        return process

    def run(self, module: str, *arguments: str, prefix: Sequence[str] = ()) -> Done:
        """Run `python -m module` (`rules` is halb-lint, `wizard` is halb-wizard), on the workstation by default."""
        done = subprocess.run(
            [*(prefix or self.here), sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    """A lab whose programs run in `folder`."""
    require("ip")
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("network namespaces need root, and CI must have it")
        pytest.skip("network namespaces need root")
    with ExitStack() as stack:
        made = Lab(folder, stack)
        made.make()
        yield made


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _environment() -> dict[str, str]:
    left_out = ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
    env = {key: value for key, value in os.environ.items() if key not in left_out}
    return {**env, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
