"""Configurations in the shapes that people write, with what the real daemons say to each; all written for halb.

`verdicts.tsv` has the exit status of `haproxy -c` 2.6.12 and `keepalived -t` 2.2.7 for every file, and the lines they
complain about, `verdicts-keepalived-RELEASE.tsv` those of another keepalived; `python -m tests.tools.record_verdicts`
(root) records them anew.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.daemons import program
from tests.net.plugging import plugged
from tests.roots import Root
from wizard.rehearsal.lab.network import Net

FOLDER = Path(__file__).parent
INSTALLED = "2.2.7"
"""The keepalived of `verdicts.tsv`."""
RELEASES = (INSTALLED, "2.3.3", "2.3.4")


class Verdict(NamedTuple):
    """What a daemon says: its exit status, and the numbers of the lines that it names as refused or unknown."""

    status: int
    lines: tuple[int, ...]


def files(kind: str) -> list[Path]:
    """The files of "haproxy" or "keepalived"."""
    return sorted((FOLDER / kind).iterdir())


def name_of(path: Path) -> str:
    """How a file is called in the table."""
    return path.relative_to(FOLDER).as_posix()


def table_of(release: str = INSTALLED) -> Path:
    """Where the verdicts of a release of keepalived are."""
    return FOLDER / ("verdicts.tsv" if release == INSTALLED else f"verdicts-keepalived-{release}.tsv")


def verdicts(release: str = INSTALLED) -> dict[str, Verdict]:
    """What was recorded, by the files' names."""
    with table_of(release).open(encoding="utf-8", newline="") as table:
        rows = csv.reader(table, delimiter="\t")
        return {name: Verdict(int(status), tuple(map(int, lines.split()))) for name, status, lines in rows}


def ask_haproxy(path: Path) -> Verdict:
    """What the installed haproxy says to a file."""
    command = [str(program("haproxy")), "-c", "-f", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    alerts = [line for line in done.stderr.splitlines() if line.startswith("[ALERT]")]
    return Verdict(done.returncode, _lines(alerts, r"\.cfg:(\d+)\]"))


def ask_keepalived(path: Path, root: Root | None = None) -> Verdict:
    """What keepalived says to a file on a machine with the interfaces eth0 and eth1: the installed one, or that of
    `root`. Needs root's rights.
    """
    with Net() as net:
        machine = plugged(net, "lb1", "eth0", "192.0.2.11/24")
        machine.ip("link", "set", "halb-peer", "down")
        machine.ip("link", "set", "halb-peer", "name", "eth1")
        place = str(shutil.copy(path, machine.folder))  # a root has /tmp, but not the folder of the tests
        command = ["keepalived" if root else str(program("keepalived")), "-t", "-i", "lb1", "-f", place]
        done = machine.run(*(root.inside(command) if root else command))
    return Verdict(done.status, _lines(done.stderr.splitlines(), r"Line (\d+)\)"))


def _lines(messages: list[str], pattern: str) -> tuple[int, ...]:
    return tuple(sorted({int(number) for message in messages for number in re.findall(pattern, message)}))
