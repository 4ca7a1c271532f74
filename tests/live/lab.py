"""Two machines: a workstation with an /etc of its own, and one that has all of a cluster's addresses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.programs import Done, environment
from wizard.rehearsal.lab.machine import Machine, end
from wizard.rehearsal.lab.network import Net

WORKSTATION = "192.168.2.9"
_DEVICE = "eth0"


class Lab:
    """`here` is the workstation, `cluster` the other machine; programs run in `folder`."""

    def __init__(self, folder: Path, net: Net) -> None:
        self.folder = folder
        self.here = net.machine("here")
        self.cluster = net.machine("cluster")
        self.cluster.ip("link", "add", _DEVICE, "type", "veth", "peer", "name", _DEVICE, "netns", self.here.space)
        self.here.add_address(_DEVICE, f"{WORKSTATION}/24")
        for machine in (self.here, self.cluster):
            machine.ip("link", "set", _DEVICE, "up")
        self.write_etc("hosts", "127.0.0.1 localhost\n")
        self.write_etc("nsswitch.conf", "hosts: files dns\n")
        self.write_etc("resolv.conf", "nameserver 127.0.0.1\n")

    def write_etc(self, name: str, text: str) -> None:
        """Set a file of the workstation's /etc, for commands that start from now on."""
        path = self.here.folder / name
        path.write_text(text, encoding="utf-8")
        self.here.mounts[f"/etc/{name}"] = path

    def add_address(self, *addresses: str) -> None:
        """Give the cluster's machine these addresses."""
        self.cluster.add_address(_DEVICE, *(f"{address}/24" for address in addresses))

    def route(self, network: str) -> None:
        """Let the workstation reach a further network of the cluster's machine."""
        self.here.ip("route", "add", network, "dev", _DEVICE)

    @contextmanager
    def started(self, module: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """`python -m module` on the workstation in the background, its output in a pipe."""
        process = subprocess.Popen(
            [*self.here.prefix, sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            end(process)

    def run(self, module: str, *arguments: str, on: Machine | None = None) -> Done:
        """Run `python -m module` (`rules` is halb-lint, `wizard` is halb-wizard), on the workstation by default."""
        command = [sys.executable, "-m", module, *arguments]
        return (on or self.here).run(*command, cwd=self.folder, env=_environment())


@contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    """A lab whose programs run in `folder`."""
    with Net() as net:
        yield Lab(folder, net)


def _environment() -> Mapping[str, str]:
    return environment(PYTHONUNBUFFERED="1")
