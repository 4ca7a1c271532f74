"""What stands in a text to be typed elsewhere: commands and records, for the clipboard. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from wizard.verify.checklist.model import VERBATIM, Checklist

_QUOTED = re.compile(r"(?<![\w'])'([^'\n]+)'(?![\w'])")


def of_checklist(checklist: Checklist) -> tuple[str, ...]:
    """The records and commands that a checklist asks for now, the next one first; or those of what comes after it."""
    if checklist.passed:
        return tuple(text for advice in checklist.closing for text in (*_verbatim(advice), *_QUOTED.findall(advice)))
    todo = [step.todo for step in (checklist.next, *checklist.steps) if step is not None and step.holds_up]
    return tuple(dict.fromkeys(text for part in todo for text in _verbatim(part)))


def _verbatim(todo: str) -> Iterator[str]:
    return (line.strip() for line in todo.split("\n") if line.startswith(VERBATIM))


def of_help(text: str) -> str:
    """What the help of a finding says to type, which stands in quotes there; the whole of it where nothing does."""
    found = _QUOTED.findall(text)
    return str(found[0]) if found else text


def of_runbook(directory: str, runbook: str) -> tuple[str, ...]:
    """What is typed once files are written below a folder: the way there, and the commands that install them."""
    commands = of_markdown(runbook.split("\n")).values()
    installing = [command for command in commands if command.startswith("scp -r ") or "install.sh" in command]
    return (f"cd {shlex.quote(directory)}", *installing)


def of_markdown(lines: Sequence[str]) -> dict[int, str]:
    """The commands of a document by the index of their line: those of its code, without comments.

    A line that ends in a backslash goes on in the next one.
    """
    found: dict[int, str] = {}
    fenced, open_at = False, -1
    for number, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            fenced, open_at = not fenced, -1
            continue
        text = line.strip()
        if not text or not (fenced or line.startswith("    ")) or text.startswith("#"):
            open_at = -1
            continue
        if open_at >= 0:
            found[open_at] += f"\n{text}"
        else:
            open_at = number
            found[number] = text
        if not text.endswith("\\"):
            open_at = -1
    return found
