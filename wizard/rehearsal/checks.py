"""Whether this machine can rehearse, and what to do if it can't."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from rules.text import listed
from wizard.rehearsal import unprivileged
from wizard.rehearsal.running.systems import Programs, found_in
from wizard.rehearsal.staging.stage import Stage

_TOOLS = {
    "ip": "iproute2",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "util-linux",
    "openssl": "openssl",
}
_INSTALLERS = {
    "apt-get": "apt-get install",
    "dnf": "dnf install",
    "apk": "apk add",
    "zypper": "zypper install",
    "pacman": "pacman -S",
}
_HERE = Path("/")
# The numbers of the first namespaces of a system (linux/proc_ns.h): keepalived gets news of processes in no other ones.
_INITIAL = {"pid": 0xEFFFFFFC, "user": 0xEFFFFFFD}
_PER_MACHINE, _PER_NODE = 40, 60  # MiB


def lacking(programs: Programs) -> list[str]:
    """What this machine lacks for any rehearsal, a line each with what to do; nothing if it can rehearse."""
    if sys.platform != "linux":
        return ["a rehearsal needs Linux: its machines are network namespaces"]
    lines = list(_missing(programs))
    if find_spec("pyroute2") is None:
        lines.append("the Python package pyroute2 is missing; install it beside halb-wizard: 'pip install pyroute2'")
    if os.geteuid() != 0:
        if why := unprivileged.refused():
            lines.append(
                "without root a rehearsal needs user namespaces, the package uidmap, and lines for you in /etc/subuid "
                f"and /etc/subgid ({why}); or run it with sudo"
            )
    elif not lines and (why := _refused()):
        lines.append(f"this machine lets root make no namespace ({why}); a container needs --privileged")
    return lines


def _missing(programs: Programs) -> Iterator[str]:
    absent = {package for tool, package in _TOOLS.items() if found_in(_HERE, tool) is None}
    for daemon, given in (("haproxy", programs.haproxy), ("keepalived", programs.keepalived)):
        if found_in(programs.root, given) is not None:
            continue
        if str(programs.root) != "/":
            yield f"there is no {given} in {programs.root}"
        elif given == daemon:
            absent.add(daemon)
        else:
            yield f"--{daemon}: '{given}' is no program that can be run"
    if absent:
        packages = sorted(absent)
        manager = next((words for name, words in _INSTALLERS.items() if found_in(_HERE, name)), "")
        how = f"; '{manager} {' '.join(packages)}' installs {'it' if len(packages) == 1 else 'them'}" if manager else ""
        yield f"{listed(packages)} {'is' if len(packages) == 1 else 'are'} not installed{how}"


def _refused() -> str:
    """Why root can make no namespace here; "" if it can."""
    done = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "true"],
        check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stderr.strip() or "unshare fails"


def lacking_for(stage: Stage) -> list[str]:
    """What this machine lacks for what is to be played, a line each with what to do."""
    lines = []
    if stage.tracked and not all(_is_initial(kind, number) for kind, number in _INITIAL.items()):
        lines.append(
            "a keepalived.conf has a vrrp_track_process: the kernel tells keepalived of processes only as the system's "
            f"own root, not in a container; {_what_to_do()}"
        )
    if unprivileged.is_inside() and any(node.secured for node in stage.nodes):
        lines.append(
            "a keepalived.conf has enable_script_security: keepalived then runs only scripts that belong to root, and "
            "in a user's namespace the system's files belong to nobody; run it with sudo"
        )
    needed, free = _PER_MACHINE * stage.machines + _PER_NODE * len(stage.nodes), _free_memory()
    if free is not None and free < needed:
        lines.append(f"a rehearsal of {stage.machines} machines needs {needed} MiB of memory, and {free} MiB are free")
    return lines


def most_side_by_side(stage: Stage, wanted: int) -> int:
    """How many clusters this machine has the memory for, one at least."""
    needed, free = _PER_MACHINE * stage.machines + _PER_NODE * len(stage.nodes), _free_memory()
    return max(1, wanted if free is None else min(wanted, free // needed))


def _what_to_do() -> str:
    if unprivileged.is_inside():
        return "run it with sudo"
    return "rehearse outside of it, or set 'track = \"script\"' in [vrrp] of halb.toml"


def _is_initial(kind: str, number: int) -> bool:
    try:
        return os.stat(f"/proc/self/ns/{kind}").st_ino == number
    except OSError:
        return True


def _free_memory() -> int | None:
    """MiB that programs may have, as the kernel estimates it; None where it doesn't say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), None)
    return int(found) // 1024 if found else None
