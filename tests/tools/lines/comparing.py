"""What haproxy said of the lines, and whether halb-lint says that it refuses them."""

from __future__ import annotations

from tests.rules.haproxy.linting import findings
from tests.tools.lines import ANSWERS, Line, whole_file

# Codes that say that haproxy refuses the file.
_CODES = ("PA", "HA001", "HA024", "HA028", "HA029", "HA030", "HA031", "HA034", "HA035")


def answers() -> dict[Line, str]:
    """Each line with the exit status of haproxy 2.6.12 (`-c`)."""
    found = {}
    for row in ANSWERS.read_text(encoding="utf-8").splitlines():
        status, place, text = row.split("\t")
        found[Line(place, text)] = status
    return found


def says_refused(line: Line) -> str:
    """The message of the first finding that says that haproxy refuses the file, or ""."""
    for finding in findings(whole_file(line)):
        if finding.code.startswith(_CODES):
            return f"{finding.code} {finding.message}"
    return ""
