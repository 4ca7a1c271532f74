"""Running the two commands as a user does: in a process of their own, with a clean environment."""

from __future__ import annotations

import atexit
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from wizard.rehearsal.lab.done import Done

__all__ = ["ROOT", "Done", "environment", "run", "run_on"]

ROOT = Path(__file__).resolve().parents[1]
_LEFT_OUT = ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
_AT_START = ("PYTHON", "LC_", "LANG", "TEXTUAL")
"""Variables that are read when the interpreter starts, or a library is loaded."""


def environment(**variables: str) -> dict[str, str]:
    """The environment of such a run: this one without what changes outputs, and with these variables."""
    env = {key: value for key, value in os.environ.items() if key not in _LEFT_OUT}
    return env | {"PYTHONPATH": str(ROOT), **variables}


def run(*arguments: str, cwd: Path | None = None, stdin: bytes = b"", module: str = "rules", **variables: str) -> Done:
    """Run `halb-lint` with these arguments (in `cwd`, else the checkout); module "wizard" is `halb-wizard`."""
    if any(key.startswith(_AT_START) for key in variables) or not hasattr(os, "fork"):
        command = [sys.executable, "-m", module, *arguments]
        env = environment(**variables)
        done = subprocess.run(command, cwd=cwd or ROOT, input=stdin, env=env, capture_output=True, check=False)
        return Done(done.returncode, _text(done.stdout), _text(done.stderr))
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        streams = (given.fileno(), out.fileno(), err.fileno())
        status = run_on(streams, *arguments, cwd=cwd, module=module, **variables)
        out.seek(0)
        err.seek(0)
        return Done(status, _text(out.read()), _text(err.read()))


def run_on(
    streams: tuple[int | None, int | None, int | None],
    *arguments: str,
    cwd: Path | None = None,
    module: str = "rules",
    **variables: str,
) -> int:
    """The exit status of a command on these descriptors for stdin, stdout and stderr, None for a closed one."""
    what = {
        "arguments": arguments,
        "module": module,
        "cwd": str(cwd or ROOT),
        "environment": environment(**variables),
        "closed": [name for name, fd in zip(("stdin", "stdout", "stderr"), streams, strict=True) if fd is None],
    }
    return _forked(json.dumps(what), [fd for fd in streams if fd is not None])


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace")


def _forked(message: str, descriptors: list[int]) -> int:
    control = _loaded()
    socket.send_fds(control, [message.encode()], descriptors)
    status = control.recv(64)
    assert status, "the process that tests/loaded.py runs in is gone"
    return int(status)


@functools.cache
def _loaded() -> socket.socket:
    """The socket of a process that has everything loaded, and forks itself for each run."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.loaded", str(theirs.fileno()), "rules", "wizard"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
        )
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours
