"""The system whose programs run: this one, or another one below a folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from rules.files import PROGRAM_FOLDERS
from wizard.rehearsal.errors import RehearsalError

_PATIENCE = 10.0  # seconds


class Programs(NamedTuple):
    """The daemons' binaries, and the folder with the system that they are from."""

    haproxy: str = "haproxy"
    keepalived: str = "keepalived"
    root: Path = Path("/")


def found_in(root: Path, program: str) -> Path | None:
    """Where a program is in the folder of a system, "/" being this one; None if it is not there."""
    if "/" in program:
        place = root / program.lstrip("/") if str(root) != "/" else Path(program)
        return place if place.is_file() and os.access(place, os.X_OK) else None
    own = os.environ.get("PATH", "").split(os.pathsep) if str(root) == "/" else []
    folders = [*own, *(str(root / folder.lstrip("/")) for folder in PROGRAM_FOLDERS)]
    found = shutil.which(program, path=os.pathsep.join(folders))
    return None if found is None else Path(found)


def release_of(programs: Programs) -> str | None:
    """The release of the keepalived that will run, such as "2.2.7"; None if it doesn't say."""
    root = str(programs.root)
    command = [*(["chroot", root] if root != "/" else []), programs.keepalived, "--version"]
    try:
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(rb"Keepalived v(\d+\.\d+(?:\.\d+)?)", done.stderr + done.stdout)
    return found[1].decode() if found else None


def copy_of_haproxy(programs: Programs, folder: Path, process: str) -> None:
    """A copy of haproxy's binary under a name of its own, in the folder that lies over /run/haproxy."""
    found = found_in(programs.root, programs.haproxy)
    if found is None:
        raise RehearsalError(f"there is no {programs.haproxy} in {programs.root}")
    shutil.copy(found, folder / process)
