"""Rehearsing without root: the same command again, as the root of a user namespace of its own.

There it may make network namespaces, and has a /run and a /var/lib of its own. Nothing of that is seen outside, and the
kernel removes all of it with the last process.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_INSIDE = "HALB_REHEARSAL_INSIDE"
_PACKAGE = Path(__file__).resolve().parents[2]
# All of the user's subordinate numbers have to be there (--map-auto): where only one user exists, the kernel forbids
# setgroups(2), and keepalived takes each run of a check script for a success (measured: 2.2.7).
_UNSHARE = (
    *("unshare", "--user", "--map-root-user", "--map-auto", "--mount", "--net", "--pid", "--fork", "--kill-child"),
    "--mount-proc",
)
_PREPARE = """\
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
mkdir -p /run/netns /run/haproxy /var/lib/haproxy
exec "$@"
"""


def is_inside() -> bool:
    """Whether this is the command's second time."""
    return os.environ.get(_INSIDE) == "1"


def refused() -> str:
    """Why this system gives users no namespace of their own; "" if it does."""
    try:
        done = subprocess.run(
            [*_UNSHARE, "true"], check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else re.sub(r"^unshare: ", "", done.stderr.strip()) or "unshare fails"


def again(arguments: Sequence[str], module: str = "wizard") -> int:
    """Run `halb-wizard`, or another module, as the root of a user namespace; gives its exit status."""
    command = [*_UNSHARE, "sh", "-c", _PREPARE, "sh", sys.executable, "-m", module, *arguments]
    env = {**os.environ, _INSIDE: "1", "PYTHONPATH": str(_PACKAGE)}
    with subprocess.Popen(command, env=env) as process:
        # Ctrl-C reaches both, and the one inside has to clean up first.
        before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGHUP)}
        forwarding = signal.signal(signal.SIGTERM, lambda number, _: _pass_on(process, number))
        try:
            status = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.signal(signal.SIGTERM, forwarding)
    return status if status >= 0 else 128 - status


def _pass_on(process: subprocess.Popen[bytes], number: int) -> None:
    """Pass a signal on to the first process in the namespace, which is the only child of `unshare`."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for child in children.read_text(encoding="ascii").split():
        os.kill(int(child), number)
