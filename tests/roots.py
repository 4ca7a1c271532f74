"""Other releases of keepalived than the installed one: Debian suites in folders of their own, made by debootstrap.

`python -m tests.roots [RELEASE ...]` (root) makes those that are missing, in HALB_ROOTS or ~/.cache/halb/roots. The
archive is the one that this machine's apt uses.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SUITES = {"2.3.3": "trixie", "2.3.4": "sid"}
"""Release of keepalived -> the Debian suite that has it; sid moves on, so what it has is looked up."""
IN_CI = "2.3.3"
_PACKAGES = ("haproxy", "keepalived", "iproute2", "procps")
_FOLDER = Path(os.environ.get("HALB_ROOTS") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "halb", "roots"))
# The system's folders that programs in a root need. It has to be a mount point of its own: `ip` wants to change it.
_ENTER = """\
root=$1; shift; set -e
mount --rbind "$root" "$root"
for place in proc sys dev run tmp; do mount --rbind "/$place" "$root/$place"; done
exec chroot "$root" "$@"
"""


class Root(NamedTuple):
    """A Debian system below a folder."""

    release: str
    path: Path

    def inside(self, command: Sequence[str]) -> list[str]:
        """A command line that runs a command in the root; it needs a mount namespace of its own.

        /proc, /sys, /dev, /run and /tmp are those of the caller.
        """
        return ["sh", "-c", _ENTER, "sh", str(self.path), *command]


def root_of(release: str) -> Root:
    """The root that has this release of keepalived; FileNotFoundError with the reason if there is none."""
    path = _FOLDER.expanduser() / SUITES[release]
    if not (path / "usr/sbin/keepalived").exists():
        raise FileNotFoundError(f"keepalived {release} is not there: 'make releases' gets it")
    there = _release_in(path)
    if there != release:
        raise FileNotFoundError(f"{SUITES[release]} has keepalived {there} and not {release}")
    return Root(release, path)


def lacking(release: str) -> str | None:
    """Why there is no root with this release; None if there is one."""
    try:
        root_of(release)
    except FileNotFoundError as why:
        return str(why)
    return None


@functools.cache
def _release_in(path: Path) -> str:
    """The release of keepalived in a root, from dpkg's list: nothing is run there."""
    status = (path / "var/lib/dpkg/status").read_text(encoding="utf-8", errors="replace")
    found = re.search(r"^Package: keepalived\n(?:.+\n)*?Version: (?:\d+:)?([\d.]+)", status, re.MULTILINE)
    return found[1] if found is not None else "none"


def build(release: str) -> Root:
    """Make the root of a release, unless it is there; raises RuntimeError with the reason."""
    if lacking(release) is None:
        return root_of(release)
    suite = SUITES[release]
    path = _FOLDER.expanduser() / suite
    if os.geteuid() != 0:
        raise RuntimeError("debootstrap needs root")
    if shutil.which("debootstrap") is None:
        raise RuntimeError("debootstrap is not installed")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    # What it mounts is gone with it, also when it is killed: nothing that is removed here is the system's.
    command = ["unshare", "--mount", "debootstrap", "--variant=minbase", f"--include={','.join(_PACKAGES)}"]
    command += [suite, str(fresh), _archive()]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"debootstrap {suite} failed:\n{done.stdout[-2000:]}")
    shutil.rmtree(fresh / "var/cache/apt/archives", ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)
    fresh.rename(path)
    return root_of(release)


def _archive() -> str:
    """Where this machine's apt gets Debian from."""
    command = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(SITE)", "Created-By: Packages"]
    try:
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError) as why:
        raise RuntimeError(f"apt does not say where Debian is: {why}") from why
    found = next((line.split(" ", 2)[2] for line in lines if line.startswith("Debian Debian ")), None)
    if found is None:
        raise RuntimeError("apt's lists have no Debian archive ('apt-get update' gets them)")
    return found


def main() -> int:
    """Make the roots that the command line names, or all."""
    status = 0
    for release in sys.argv[1:] or SUITES:
        if release not in SUITES:
            print(f"keepalived {release}: no suite is known to have it; there are {', '.join(SUITES)}", file=sys.stderr)
            status = 1
            continue
        try:
            print(f"keepalived {release}: {build(release).path}", flush=True)
        except (RuntimeError, FileNotFoundError) as why:
            print(f"keepalived {release}: {why}", file=sys.stderr, flush=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
