"""Asks haproxy about every line and writes the table: `python -m tests.tools.expressions`, as root, with the roots."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.daemons import program
from tests.roots import root_of
from tests.tools.expressions import ANSWERS, RELEASES, Line, cases, groups, whole_file

_PART = 48  # haproxy stops at 50 errors
_HEAD = """\
# What haproxy 2.6.12, 3.0.11 and 3.2.26 say of lines with expressions; see __init__.py. Made by
# `python -m tests.tools.expressions`; do not edit.
"""
# Releases of haproxy -> those of keepalived, whose roots have them.
_ROOTS = {"3.0": "2.3.3", "3.2": "2.3.4"}


class Asked:
    """One haproxy, and the folder that its files are in."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command = command
        self._path = folder / "haproxy.cfg"

    def refused(self, lines: Sequence[Line]) -> set[Line]:
        """The lines that haproxy refuses: some faults are only looked for in a file that has no other."""
        left, found = list(lines), set[Line]()
        while left:
            part, left = left[:_PART], left[_PART:]
            while part:
                wrong = self._told(part)
                found |= wrong
                part = [line for line in part if line not in wrong]
                if not wrong:
                    break
        return found

    def _told(self, lines: Sequence[Line]) -> set[Line]:
        text, numbers = whole_file(lines)
        self._path.write_text(text, encoding="utf-8")
        command = [*self._command, "-c", "-f", str(self._path)]
        ran = subprocess.run(command, capture_output=True, timeout=60, check=False, encoding="utf-8", errors="replace")
        if ran.returncode == 0:
            return set()
        alerts = "".join(line for line in ran.stderr.splitlines(keepends=True) if "[WARNING]" not in line)
        told = re.findall(r"\[[^\]\s]*haproxy\.cfg:(\d+)\]", alerts)
        found = {numbers[int(number)] for number in told if int(number) in numbers}
        if found or len(lines) == 1:
            return found or set(lines)
        half = len(lines) // 2
        return self._told(lines[:half]) | self._told(lines[half:])


def _command(release: str) -> list[str]:
    if release not in _ROOTS:
        return [str(program("haproxy"))]
    root = root_of(_ROOTS[release])
    return ["unshare", "--mount", *root.inside(["/usr/sbin/haproxy"])]


def main() -> None:
    """Ask all of them, or those of the releases on the command line."""
    table = [(block, name, lines) for block, name, lines in groups()]
    every = list(dict.fromkeys([line for _, _, lines in table for line in lines] + list(cases())))
    refused: dict[Line, int] = dict.fromkeys(every, 0)
    for release, digit in RELEASES.items():
        with tempfile.TemporaryDirectory() as folder:
            found = Asked(_command(release), Path(folder)).refused(every)
        print(f"{release} refuses {len(found)} of {len(every)} lines", flush=True)
        for line in found:
            refused[line] += digit
    rows = [f"{block}\t{name}\t{''.join(str(refused[line]) for line in lines)}\n" for block, name, lines in table]
    rows += [f"{line.section}\t{line.text}\t{refused[line]}\n" for line in cases()]
    ANSWERS.write_text(_HEAD + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
