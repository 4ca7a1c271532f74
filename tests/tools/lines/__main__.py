"""Asks haproxy about every line (`python -m tests.tools.lines`), or compares (`--compare`, `--missed`)."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.daemons import program
from tests.tools.lines import ANSWERS, Line, lines, whole_file
from tests.tools.lines.comparing import answers, says_refused


def ask(binary: Path, line: Line) -> str:
    """The exit status of `haproxy -c`: 0 accepted, 1 refused; "-" when it takes too long (tables of absurd sizes)."""
    with tempfile.NamedTemporaryFile(suffix=".cfg", mode="w") as file:
        file.write(whole_file(line))
        file.flush()
        try:
            done = subprocess.run([binary, "-c", "-f", file.name], capture_output=True, check=False, timeout=4)
        except subprocess.TimeoutExpired:
            return "-"
    return str(done.returncode)


def main() -> None:
    """Ask, or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compare", action="store_true", help="print the share of refused lines seen per directive")
    parser.add_argument("--missed", action="store_true", help="print each line that is missed, too")
    given = parser.parse_args()
    if not (given.compare or given.missed):
        with ThreadPoolExecutor(2) as pool:
            binary = program("haproxy")
            table = lines()
            found = list(pool.map(lambda line: ask(binary, line), table))
        rows = [f"{status}\t{line.place}\t{line.text}\n" for line, status in zip(table, found, strict=True)]
        ANSWERS.write_text("".join(rows), encoding="utf-8")
        print(len(rows), Counter(found))
        return
    refused: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for line, status in answers().items():
        said = says_refused(line)
        if status == "0" and said:
            print(f"WRONG\t{line.place}\t{line.text}\t{said}")
        if status == "1":
            refused[line.directive] += 1
            seen[line.directive] += bool(said)
            if given.missed and not said:
                print(f"missed\t{line.place}\t{line.text}")
    for name in sorted(refused, key=lambda name: seen[name] - refused[name]):
        print(f"{seen[name]:5} of {refused[name]:5}  {name}")
    print(f"{seen.total():5} of {refused.total():5}")


if __name__ == "__main__":
    main()
