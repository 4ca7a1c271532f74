"""Configurations in the shapes that people write, with what the real daemons say to each; all written for halb.

`verdicts.tsv` has the exit status of `haproxy -c` 2.6.12 and `keepalived -t` 2.2.7 for every file, and the lines they
complain about; `python -m tests.tools.record_verdicts` (root) records them anew.
"""

from __future__ import annotations

import csv
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.daemons import program
from tests.net.network import Net, plugged

FOLDER = Path(__file__).parent
VERDICTS = FOLDER / "verdicts.tsv"


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


def verdicts() -> dict[str, Verdict]:
    """What was recorded, by the files' names."""
    with VERDICTS.open(encoding="utf-8", newline="") as table:
        rows = csv.reader(table, delimiter="\t")
        return {name: Verdict(int(status), tuple(map(int, lines.split()))) for name, status, lines in rows}


def ask_haproxy(path: Path) -> Verdict:
    """What the installed haproxy says to a file."""
    command = [str(program("haproxy")), "-c", "-f", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    alerts = [line for line in done.stderr.splitlines() if line.startswith("[ALERT]")]
    return Verdict(done.returncode, _lines(alerts, r"\.cfg:(\d+)\]"))


def ask_keepalived(path: Path) -> Verdict:
    """What the installed keepalived says to a file on a machine with the interfaces eth0 and eth1. Needs root."""
    with Net() as net:
        machine = plugged(net, "lb1", "eth0", "192.0.2.11/24")
        machine.ip("link", "set", "halb-peer", "down")
        machine.ip("link", "set", "halb-peer", "name", "eth1")
        command = [str(program("keepalived")), "-t", "-i", "lb1", "-f", str(path)]
        done = machine.run(*command)
    return Verdict(done.status, _lines(done.stderr.splitlines(), r"Line (\d+)\)"))


def _lines(messages: list[str], pattern: str) -> tuple[int, ...]:
    return tuple(sorted({int(number) for message in messages for number in re.findall(pattern, message)}))
