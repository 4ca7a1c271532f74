"""What the haproxy of a release says of a line."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.daemons import program
from tests.roots import SUITES, root_of
from tests.tools.lines import Line, whole_file

_ROOTS = {"3.0": "trixie", "3.2": "sid"}
_LOADER = "lib64/ld-linux-x86-64.so.2"
_LIBRARIES = "usr/lib/x86_64-linux-gnu"


def command_of(release: str) -> list[str]:
    """The command line that starts the haproxy of this branch; FileNotFoundError with the reason if there is none.

    The one in a root runs with the loader and the libraries of its root, so that it needs no namespace.
    """
    if release not in _ROOTS:
        return [str(program("haproxy"))]
    keepalived = next(name for name, suite in SUITES.items() if suite == _ROOTS[release])
    path = root_of(keepalived).path
    command = [str(path / _LOADER), "--library-path", str(path / _LIBRARIES), str(path / "usr/sbin/haproxy")]
    shown = subprocess.run([*command, "-v"], capture_output=True, check=True, text=True).stdout
    if not shown.startswith(f"HAProxy version {release}."):
        raise FileNotFoundError(f"{path} has no haproxy {release}: {shown.splitlines()[0]}")
    return command


def ask_all(command: Sequence[str], lines: Sequence[Line]) -> list[str]:
    """The status for each line."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(partial(_ask, command), lines))


def _ask(command: Sequence[str], line: Line) -> str:
    """The exit status of `haproxy -c`: 0 accepted, 1 refused; "-" when it takes too long (tables of absurd sizes)."""
    with tempfile.NamedTemporaryFile(suffix=".cfg", mode="w", encoding="utf-8") as file:
        Path(file.name).write_text(whole_file(line), encoding="utf-8")
        try:
            done = subprocess.run([*command, "-c", "-f", file.name], capture_output=True, check=False, timeout=4)
        except subprocess.TimeoutExpired:
            return "-"
    return str(done.returncode) if done.returncode in (0, 1) else "-"
