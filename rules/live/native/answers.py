"""What the daemons' own checks said, as data; and reading it from what they print.

haproxy (measured: 2.6.12) prints `[ALERT] (pid) : config : parsing [file:line] : text`, and lines that continue it
after `   | `. keepalived (measured: 2.2.7) prints `(file: Line n) text`, each up to four times, once for every process
that reads the file; its exit status can't tell a warning from a fatal error (5 is both, 6 is script security and hides
5), so only the words count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsers.records import NamedTuple


class ToldLine(NamedTuple):
    """One message: whether the file is refused for it, the place (None: it names none), and the words."""

    refused: bool
    path: str | None
    line: int | None
    text: str


class Told(NamedTuple):
    """What a daemon said about one node's files; `failed`: why nothing can be concluded from that, or ""."""

    daemon: str
    node: str
    lines: tuple[ToldLine, ...] = ()
    failed: str = ""


class NativeAnswers(NamedTuple):
    """All answers. `own`: the files are those of this machine, so that what it lacks counts.

    `unasked`: daemon -> why it was asked nothing.
    """

    told: tuple[Told, ...] = ()
    unasked: Mapping[str, str] = {}
    own: bool = False


_ALERT = re.compile(r"\[(ALERT|WARNING)\][^:]*: (?:config ?: )?(.*)")
_MORE = re.compile(r"\s+\| ?(.*)")
_AT = re.compile(r"(?:parsing )?\[(.+?):(\d+)\]\s*:\s*(.*)")
_KEEPALIVED_AT = re.compile(r"\((.+?): Line (\d+)\) (.*)")
# What haproxy says after the messages that matter.
_SUMMARY = re.compile(r"Error\(s\) found in configuration file|Fatal errors found in configuration")
_NO_VALUE = "is missing a parameter"  # keepalived ends with status 2, and so does the daemon


def read_haproxy(output: str) -> tuple[ToldLine, ...]:
    """The messages of `haproxy -c`."""
    parts: list[list[str]] = []
    for line in output.splitlines():
        if line.startswith("["):
            parts.append([line])
        elif (more := _MORE.fullmatch(line)) and parts:
            parts[-1].append(more[1])
    found: dict[ToldLine, None] = {}
    for match in filter(None, (_ALERT.fullmatch(" ".join(part)) for part in parts)):
        words = " ".join(match[2].split()).rstrip(".")
        if _SUMMARY.match(words):
            continue
        at = _AT.fullmatch(words)
        path, number, text = (at[1], int(at[2]), at[3]) if at else (None, None, words)
        found[ToldLine(match[1] == "ALERT", path, number, text)] = None
    return tuple(found)


def read_keepalived(output: str) -> tuple[ToldLine, ...]:
    """The messages of `keepalived -t`, each once."""
    found: dict[ToldLine, None] = {}
    for line in filter(None, map(str.strip, output.splitlines())):
        at = _KEEPALIVED_AT.fullmatch(line)
        path, number, words = (at[1], int(at[2]), at[3]) if at else (None, None, line)
        found[ToldLine(_NO_VALUE in words, path, number, " ".join(words.split()).rstrip("."))] = None
    return tuple(found)
