"""The bad and good examples of every rule: shown by `--explain` and in docs/rules.md, run by the tests.

One text file per rule, `rules/examples/<module-name>.txt` (with dashes, as in the rule's name):

    === bad: two routers, two VRIDs
    expect lb2/keepalived.conf:4
    --- lb1/keepalived.conf
    vrrp_instance ...
    --- lb2/keepalived.conf
    ...
    === good: one VRID
    ...

`expect PATH:LINE` is where the rule's findings are (a line each); without one, at least one finding is expected
anywhere. A line `escapes` means that `\\r`, `\\0`, `\\t`, `\\xHH`, `\\uHHHH` in the files stand for characters;
`no-final-newline` removes the newline at the end of each file; `set haproxy-version 2.8` checks against that version.
`type PATH:LINE TEXT` is what a reader of the help types in place of that line (nothing: the line is deleted), `type
PATH:LINE+ TEXT` what they type below it (below line 0: at the top). It is needed where tests/rules/helps can't tell
from the help's own words; the tests apply it and expect the finding to be gone.

Four paths are special: `halb.toml` is the cluster's; `live` is not a file but the network's answers, in the notation
of `tests/rules/live/notation.py`; `host` is what this machine shows (`tests/rules/live/machine_notation.py`);
`native` is what the daemons say (`tests/rules/live/native_notation.py`).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from parsers.records import NamedTuple


class Typed(NamedTuple):
    """A line to type: in place of line `number` (1 is the first) of the file, or below it."""

    path: str
    number: int
    below: bool
    text: str


class Case(NamedTuple):
    """One example: what it shows, its files, and where the rule must report (empty: anywhere)."""

    title: str
    bad: bool
    files: dict[str, str]
    expected: tuple[tuple[str, int], ...]
    settings: dict[str, str]
    typed: tuple[Typed, ...] = ()

    def corrected(self) -> dict[str, str]:
        """The files after what the help asks for was typed; the same files if that needs no telling."""
        # By line: what stands there now, and what was typed below it; the first entry is the top of the file.
        lines = {path: [[], *([line] for line in text.split("\n"))] for path, text in self.files.items()}
        for path, number, below, text in self.typed:
            if below:
                lines[path][number].append(text)
            else:
                lines[path][number][:1] = [text] if text else []
        return {path: "\n".join(line for kept in all_ for line in kept) for path, all_ in lines.items()}


@cache
def cases_of(name: str) -> tuple[Case, ...]:
    """The examples of the rule called `name`; empty if it has none."""
    resource = files("rules").joinpath("examples", f"{name}.txt")
    if not resource.is_file():
        return ()
    return tuple(read_cases(resource.read_text(encoding="utf-8")))


def read_cases(text: str) -> list[Case]:
    """The examples of one file; raises ValueError with the invalid line."""
    result = []
    for block in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        head, _, rest = block.partition("\n")
        verdict, _, title = head.partition(": ")
        if verdict not in ("bad", "good") or not title:
            raise ValueError(f"'=== {head}': write '=== bad: title' or '=== good: title'")
        result.append(_case(title.strip(), verdict == "bad", rest))
    return result


def _case(title: str, bad: bool, text: str) -> Case:
    preamble, *parts = re.split(r"^--- ", text, flags=re.MULTILINE)
    flags: set[str] = set()
    expected: list[tuple[str, int]] = []
    settings: dict[str, str] = {}
    typed: list[Typed] = []
    for line in preamble.splitlines():
        word, _, rest = line.partition(" ")
        if word == "expect":
            path, _, number = rest.rpartition(":")
            expected.append((path, int(number)))
        elif word == "type":
            place, _, words = rest.partition(" ")
            path, _, number = place.rpartition(":")
            typed.append(Typed(path, int(number.rstrip("+")), number.endswith("+"), words))
        elif word == "set":
            key, _, value = rest.partition(" ")
            settings[key] = value
        elif line in ("escapes", "no-final-newline"):
            flags.add(line)
        elif line:
            raise ValueError(f"unknown line '{line}' before the first '--- path' of an example")
    contents = dict(_file(part, flags) for part in parts)
    return Case(title, bad, contents, tuple(expected), settings, tuple(typed))


def _file(part: str, flags: set[str]) -> tuple[str, str]:
    path, _, content = part.partition("\n")
    # The empty lines between two examples belong to neither.
    content = content.rstrip("\n") + "\n"
    if "escapes" in flags:
        content = re.sub(r"\\(r|0|t|x[0-9a-f]{2}|u[0-9a-f]{4})", _unescape, content)
    if "no-final-newline" in flags:
        content = content.removesuffix("\n")
    return path.strip(), content


def _unescape(match: re.Match[str]) -> str:
    word = match[1]
    return {"r": "\r", "0": "\0", "t": "\t"}.get(word) or chr(int(word[1:], 16))
