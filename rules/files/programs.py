"""Programs of this machine: where an administrator's stand, and ending one with all that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

PROGRAM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where programs are, those for the administrator included, which a user's PATH may lack."""


def end_group(process: subprocess.Popen[bytes], patience: float) -> None:
    """Kill a program that was started in a session of its own, with all that it has started, unless it was waited for.

    Waits `patience` seconds for its end at the most. Nothing raises.
    """
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
