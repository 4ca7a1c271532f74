"""Running the two commands as a user does: in a process of their own, with a clean environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
_LEFT_OUT = ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "COLUMNS")


class Done(NamedTuple):
    """What a run printed, and its exit status."""

    status: int
    stdout: str
    stderr: str


def environment(**variables: str) -> dict[str, str]:
    """The environment of such a run: this one without what changes outputs, and with these variables."""
    env = {key: value for key, value in os.environ.items() if key not in _LEFT_OUT}
    return env | {"PYTHONPATH": str(ROOT), **variables}


def run(*arguments: str, cwd: Path | None = None, stdin: bytes = b"", module: str = "rules", **variables: str) -> Done:
    """Run `halb-lint` with these arguments (in `cwd`, else the checkout); module "wizard" is `halb-wizard`."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd or ROOT,
        input=stdin,
        env=environment(**variables),
        capture_output=True,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
