"""What haproxy said of the lines, and whether halb-lint says that it refuses them."""

from __future__ import annotations

from typing import NamedTuple

from tests.rules.haproxy.linting import findings
from tests.tools.lines import ANSWERS, Line, whole_file

RELEASES = ("2.6", "3.0", "3.2")
"""The columns of the table, by branch: 2.6.12, 3.0.11, 3.2 as Debian's unstable had it."""

# Codes that say that haproxy refuses the file.
_CODES = (
    "PA", "HA001", "HA024", "HA028", "HA029", "HA030", "HA031", "HA034", "HA035", "HA041", "HA042", "HA044", "HA045",
    "HA060", "HA061", "HA062", "HA063",
)  # fmt: skip
_IGNORED_BY = {"HA061": (None, "2.6")}  # releases that accept it without a word


class Answer(NamedTuple):
    """The exit statuses of `haproxy -c` by release: "0" accepted, "1" refused, "-" not known."""

    statuses: str

    def of(self, release: str) -> str:
        """The status in this release."""
        return self.statuses[RELEASES.index(release)]

    @property
    def refused(self) -> bool:
        """Whether every release refuses it."""
        return set(self.statuses) == {"1"}


def answers() -> dict[Line, Answer]:
    """Each line with what each release said."""
    found = {}
    for row in ANSWERS.read_text(encoding="utf-8").splitlines():
        statuses, place, text = row.split("\t")
        found[Line(place, text)] = Answer(statuses)
    return found


def says_refused(line: Line, release: str | None = None) -> str:
    """The message of the first finding that says that haproxy (of this release) refuses the file, or ""."""
    for finding in findings(whole_file(line), version=release):
        if finding.code.startswith(_CODES) and release not in _IGNORED_BY.get(finding.code, ()):
            return f"{finding.code} {finding.message}"
    return ""
