"""A load balancer for tests: a network namespace with one interface, and folders of its own in place of /etc/..."""

from __future__ import annotations

import os
import shlex
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.daemons import require
from tests.rules.lint import Done
from wizard.render.files import Rendered


def put_files(folder: Path, files: Mapping[str, Rendered]) -> None:
    """Write rendered files with their modes, whatever the umask."""
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
        target.chmod(file.mode)


class Box:
    """The machine. `folders` stand in for folders of this one, in what it runs only."""

    def __init__(self, name: str, folders: Mapping[str, Path]) -> None:
        self.name = name
        self._folders = folders

    def command(self, *command: str, path: str | None = None) -> list[str]:
        """The command line that runs a command on the machine; `path` is a folder to look into for programs first."""
        mounts = [f"mount --bind {shlex.quote(str(there))} {here}" for here, there in self._folders.items()]
        more = [f"export PATH={shlex.quote(path)}:$PATH"] if path else []
        line = " && ".join([*mounts, *more, f"exec {shlex.join(command)}"])
        return ["ip", "netns", "exec", self.name, "sh", "-c", line]

    def run(self, *command: str, path: str | None = None, cwd: Path | None = None) -> Done:
        """Run a command on the machine."""
        done = subprocess.run(
            self.command(*command, path=path),
            check=False,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def box(interface: str, *addresses: str, folders: Mapping[str, Path] | None = None) -> Iterator[Box]:
    """A machine with this interface. Needs root; without it the test is skipped, except in CI, where it fails."""
    require("ip")
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("network namespaces need root, and CI must have it")
        pytest.skip("network namespaces need root")
    name = f"halb-b-{uuid.uuid4().hex[:8]}"
    with ExitStack() as stack:
        _ip("netns", "add", name)
        stack.callback(_ip, "netns", "del", name)
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", name, "link", "add", "name", interface, "type", "veth", "peer", "name", "halb-peer")
        _ip("-n", name, "link", "set", "dev", interface, "up")
        _ip("-n", name, "link", "set", "halb-peer", "up")
        for address in addresses:
            _ip("-n", name, "addr", "add", address, "dev", interface)
        yield Box(name, folders or {})


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
