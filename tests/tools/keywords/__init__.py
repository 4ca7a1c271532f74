"""What real binaries said of their keywords (haproxy.txt, keepalived.txt), and how it is read.

From these files `tests/tools/keywords/make_*.py` make parsers/keywords/*.txt, and `tests/tools/keywords/probe_*.py` ask
an installed haproxy or keepalived. To correct a keyword, change its line here and run `make renew WHAT=keywords`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
HAPROXY, KEEPALIVED = FOLDER / "haproxy.txt", FOLDER / "keepalived.txt"

Json = dict[str, Any]
_MARKS = ("warning_ignored", "rejected", "rejected_removed")
LINE_OPTIONS = ("bind_options", "server_options")
LISTS = ("timeouts", "balance", "modes", "http_check", "tcp_check", "filters", "services")


def chosen(text: str, versions: Sequence[str]) -> list[str]:
    """The versions that `2.6-2.8,3.2-` means; "*" is all of them."""
    if text == "*":
        return list(versions)
    found: list[str] = []
    for part in text.split(","):
        name = next((v for v in versions if part == v), None)
        if name is not None:
            found.append(name)
            continue
        first, _, last = part.partition("-")
        end = versions.index(last) + 1 if last else len(versions)
        found += versions[versions.index(first) : end]
    return found


def ranges(there: Sequence[str], versions: Sequence[str]) -> str:
    """The shortest words for some of the versions, as `chosen` reads them."""
    if list(there) == list(versions):
        return "*"
    runs: list[list[str]] = []
    for index, version in enumerate(versions):
        if version not in there:
            continue
        if runs and versions.index(runs[-1][-1]) == index - 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    words = []
    for run in runs:
        last = "" if run[-1] == versions[-1] else run[-1]
        words.append(run[0] if len(run) == 1 else f"{run[0]}-{last}")
    return ",".join(words)


def read_haproxy(text: str) -> Json:
    """The observations by version: sections, status, options of lines, lists of names and actions of rules."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    versions = lines[0].split()[1:]
    data: Json = {version: _empty() for version in versions}
    block: list[str] = []
    for line in lines[1:]:
        if line.startswith("["):
            block = line.strip("[]").split(" ", 1)
            continue
        name, where, *rest = re.split(r"\t+", line)
        for version in chosen(where, versions):
            _put(data[version], block, name, rest[0].split() if rest else [])
    return data


def _empty() -> Json:
    return {"sections": {}, "status": {}, "rule_actions": {}, "options": {}} | {
        field: {} if field in LINE_OPTIONS else [] for field in (*LINE_OPTIONS, *LISTS)
    }


def _put(version: Json, block: Sequence[str], name: str, words: Sequence[str]) -> None:
    field = block[0]
    if field == "section":
        version["sections"].setdefault(block[1], []).append(name)
        version["status"].setdefault(block[1], {mark: [] for mark in _MARKS})
    elif field in _MARKS:
        version["status"].setdefault(block[1], {mark: [] for mark in _MARKS})[field].append(name)
    elif field == "rule_actions":
        version["rule_actions"].setdefault(block[1], []).append(name)
    elif field in LINE_OPTIONS:
        version[field][name] = {"args": int(words[0]), "needs_ssl": "ssl" in words}
    elif field == "options":
        version["options"][name] = list(words)
    else:
        version[field].append(name)


def write_haproxy(data: Json, head: str) -> str:
    """The text that `read_haproxy` reads; `head` are its comments."""
    versions = list(data)
    blocks: dict[str, dict[tuple[str, str], list[str]]] = {}
    for version in versions:
        for block, name, words in _entries(data[version]):
            blocks.setdefault(block, {}).setdefault((name, words), []).append(version)
    lines = [head.rstrip("\n"), f"versions {' '.join(versions)}"]
    for block, entries in blocks.items():
        lines.append(f"\n[{block}]")
        for (name, words), there in entries.items():
            lines.append("\t".join(filter(None, [name, ranges(there, versions), words])))
    return "\n".join(lines) + "\n"


def _entries(version: Json) -> Iterator[tuple[str, str, str]]:
    """Block, name and further words of everything that one version says."""
    for section, names in version["sections"].items():
        yield from ((f"section {section}", name, "") for name in names)
    for section, status in version["status"].items():
        yield from ((f"{mark} {section}", name, "") for mark in _MARKS for name in status[mark])
    for field in LINE_OPTIONS:
        for name, info in version[field].items():
            yield field, name, f"{info['args']}{' ssl' if info['needs_ssl'] else ''}"
    yield from (("options", name, " ".join(flags)) for name, flags in version["options"].items())
    for ruleset, names in version["rule_actions"].items():
        yield from ((f"rule_actions {ruleset}", name, "") for name in names)
    yield from ((field, name, "") for field in LISTS for name in version[field])


_FIELDS = ("type", "range", "since", "options", "args", "deprecated")


def read_keepalived(text: str) -> dict[str, dict[str, Json]]:
    """The keywords by block: type, min, max, since, args, deprecated, unit, enum and repeatable of each."""
    data: dict[str, dict[str, Json]] = {}
    block = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            block = line.strip("[]")
            data[block] = {}
            continue
        name, *fields = re.split(r"\t+", line)
        read = dict(zip(_FIELDS, fields, strict=True))
        low, _, high = read["range"].partition("..")
        options = dict(word.partition("=")[::2] for word in read["options"].split() if word != "-")
        data[block][name] = {
            "type": read["type"],
            "min": float(low) if low not in ("", "-") else None,
            "max": float(high) if high else None,
            "since": None if read["since"] == "-" else read["since"],
            "args": None if read["args"] == "?" else read["args"].removeprefix("-"),
            "deprecated": read["deprecated"].removeprefix("-") or None,
            "unit": options.get("unit"),
            "enum": options["enum"].split(",") if "enum" in options else None,
            "repeatable": "many" in options,
        }
    return data
