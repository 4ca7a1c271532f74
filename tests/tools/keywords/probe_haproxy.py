"""Asks an installed haproxy which keywords it knows, and compares that with tests/tools/keywords/haproxy.txt.

`python -m tests.tools.keywords.probe_haproxy [--binary HAPROXY] [--version 2.6]` prints what differs from the
inventory's column of that version; `--write` puts what haproxy reported into the inventory. A version that is new there
becomes its last column, and inherits what haproxy can't be asked from the one before. Then run `make renew
WHAT=keywords`.
"""

from __future__ import annotations

import argparse
import copy
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.daemons import program
from tests.tools.keywords import HAPROXY, Json, read_haproxy, write_haproxy

PROBED = ("global", "listen", "frontend", "backend", "defaults")
"""The sections whose keywords are asked for one by one."""
_REMOVED = re.compile(r"not supported any ?more|no longer supported|doesn't exist any ?more|(?:was|has been) removed")
_MARKS = {"ignored": "warning_ignored", "rejected": "rejected", "removed": "rejected_removed"}


class Haproxy:
    """A binary that is asked."""

    def __init__(self, binary: Path) -> None:
        self._binary = binary

    def version(self) -> str:
        """Its version as it says it, as "2.6.12"."""
        done = subprocess.run([self._binary, "-v"], capture_output=True, text=True, check=True)
        found = re.search(r"version (\d[\d.]*(?:-dev\d+)?)", done.stdout)
        assert found is not None, done.stdout
        return found[1]

    def says(self, text: str, *options: str) -> str:
        """All that it prints about a configuration."""
        with tempfile.NamedTemporaryFile(suffix=".cfg") as file:
            file.write(text.encode())
            file.flush()
            command = [str(self._binary), *options, "-c", "-f", file.name]
            done = subprocess.run(command, capture_output=True, check=False, timeout=60)
        return (done.stdout + done.stderr).decode(errors="replace")

    def judge(self, section: str, keywords: Sequence[str]) -> dict[str, str]:
        """What it makes of each keyword without arguments: accepted, unknown, ignored, rejected or removed."""
        with ThreadPoolExecutor() as pool:
            return dict(zip(keywords, pool.map(lambda keyword: self._verdict(section, keyword), keywords), strict=True))

    def _verdict(self, section: str, keyword: str) -> str:
        # Each in a file of its own: some keywords end the reading, or make haproxy quiet.
        said = self.says(f"{section if section == 'global' else f'{section} s'}\n    {keyword}\n")
        if f"unknown keyword '{keyword}'" in said:
            return "unknown"
        if _REMOVED.search(said):
            return "removed"
        if f"'{keyword}' ignored because " in said:
            return "ignored"
        refused = re.search(rf"'?{re.escape(keyword)}'? (?:is )?not allowed ", said)
        return "rejected" if refused else "accepted"

    def registered(self) -> str:
        """What it says about its own tables (-dKall)."""
        return self.says("", "-dKall", "-q")


def observe(haproxy: Haproxy, known: Json, sections: Sequence[str] = PROBED) -> Json:
    """What it says now, on the base of the inventory's column `known` for what it can not be asked."""
    seen = copy.deepcopy(known)
    registered = haproxy.registered()
    for section in sections:
        told = haproxy.judge(section, sorted(_candidates(known, registered)))
        by_verdict = {v: [k for k, verdict in told.items() if verdict == v] for v in ("accepted", *_MARKS)}
        status = {field: sorted(by_verdict[verdict]) for verdict, field in _MARKS.items()}
        seen["sections"][section] = sorted(by_verdict["accepted"])
        seen["status"][section] = status
    for field, what in (("bind_options", "bind <addr>"), ("server_options", "server <name> <addr>")):
        by_hand = {name: info for name, info in known[field].items() if info["args"] < 0}
        seen[field] = dict(_options(registered, what)) | by_hand
    seen["rule_actions"] = {ruleset: _actions(registered, ruleset) for ruleset in known["rule_actions"]}
    seen["filters"] = _block(registered, "filter names")
    seen["services"] = _block(registered, "service names")
    return seen


def _candidates(known: Json, registered: str) -> set[str]:
    """Every word that may be a keyword of a section: those of all sections, and what is registered."""
    names = {name for section in known["sections"].values() for name in section}
    names |= {name for status in known["status"].values() for marked in status.values() for name in marked}
    lines = _block(registered, "configuration keywords")
    names |= {line.split()[0] for line in lines if line.startswith("\t")}
    return {name for name in names if re.fullmatch(r"[\w.-]+", name)}


def _block(registered: str, title: str) -> list[str]:
    """The lines below a title of -dKall."""
    match = re.search(rf"^# List of registered {title}:\n((?:(?!# List).*\n)*)", registered, re.MULTILINE)
    return [] if match is None else [line.rstrip() for line in match[1].splitlines() if line.strip()]


def _options(registered: str, what: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The options of a kind of line: name, number of arguments, and whether they need TLS."""
    for line in _block(registered, "configuration keywords"):
        match = re.fullmatch(rf"\t{re.escape(what)} (ssl )?(\S+)(?: \+(\d+))?", line)
        if match:
            yield match[2], {"args": int(match[3] or 0), "needs_ssl": bool(match[1])}


def _actions(registered: str, ruleset: str) -> list[str]:
    prefix = f"\t{ruleset} "
    return [
        line.removeprefix(prefix).split()[0]
        for line in _block(registered, "configuration keywords")
        if line.startswith(prefix)
    ]


def differences(known: Json, seen: Json) -> list[str]:
    """What one column has and the other has not, a line each."""
    found = []
    for field in ("sections", "rule_actions"):
        for block in sorted({*known[field], *seen[field]}):
            was, now = set(known[field].get(block, ())), set(seen[field].get(block, ()))
            found += [f"{block}: '{name}' is new" for name in sorted(now - was)]
            found += [f"{block}: '{name}' is gone" for name in sorted(was - now)]
    for section, status in seen["status"].items():
        for mark, names in status.items():
            was = set(known["status"].get(section, {}).get(mark, ()))
            found += [f"{section}: '{name}' is {mark}" for name in sorted(set(names) - was)]
            found += [f"{section}: '{name}' is not {mark}" for name in sorted(was - set(names))]
    for field in ("bind_options", "server_options"):
        for name in sorted({*known[field], *seen[field]}):
            if known[field].get(name) != seen[field].get(name):
                found.append(f"{field}: '{name}' was {known[field].get(name)}, is {seen[field].get(name)}")
    for field in ("filters", "services"):
        if sorted(known[field]) != sorted(seen[field]):
            found.append(f"{field}: was {known[field]}, is {seen[field]}")
    return found


def main() -> None:
    """Ask, compare, and write when that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="the haproxy to ask (default: the installed one)")
    parser.add_argument("--version", help="the inventory's column (default: that of its own release)")
    parser.add_argument("--write", action="store_true", help="put what it says into the inventory")
    given = parser.parse_args()
    text = HAPROXY.read_text(encoding="utf-8")
    data = read_haproxy(text)
    haproxy = Haproxy(given.binary or program("haproxy"))
    column = given.version or ".".join(haproxy.version().split(".")[:2])
    known = data[column if column in data else list(data)[-1]]
    seen = observe(haproxy, known)
    print("\n".join(differences(known, seen)) or f"haproxy {haproxy.version()} says what the column {column} has")
    if given.write:
        head = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
        HAPROXY.write_text(write_haproxy({**data, column: seen}, head), encoding="utf-8")


if __name__ == "__main__":
    main()
