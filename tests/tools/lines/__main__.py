"""Asks haproxy about the lines (`python -m tests.tools.lines`), or compares (`--compare`, `--missed`)."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.tools.lines import ANSWERS, lines
from tests.tools.lines.asking import ask_all, command_of
from tests.tools.lines.comparing import RELEASES, answers, says_refused


def ask(again: bool) -> None:
    """Ask every release that is there about the lines that it has no answer to, and write the table."""
    known = {} if again else {line: answer.statuses for line, answer in answers().items()}
    table = lines()
    columns: list[list[str]] = []
    for index, release in enumerate(RELEASES):
        column = {line: known[line][index] for line in table if line in known}
        new = [line for line in table if column.get(line, "-") == "-"]
        try:
            column.update(zip(new, ask_all(command_of(release), new), strict=True))
        except FileNotFoundError as why:
            print(why, file=sys.stderr)
        columns.append([column.get(line, "-") for line in table])
        print(release, Counter(columns[-1]), flush=True)
    rows = [f"{''.join(said)}\t{line.place}\t{line.text}\n" for line, *said in zip(table, *columns, strict=True)]
    ANSWERS.write_text("".join(rows), encoding="utf-8")


def compare(release: str | None, missed: bool) -> None:
    """Print what halb-lint sees; without a release, of what all of them refuse."""
    refused: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for line, answer in answers().items():
        said = says_refused(line, release)
        status = answer.of(release) if release else "1" if answer.refused else "0" if "0" in answer.statuses else "-"
        if status == "0" and said:
            print(f"WRONG\t{line.place}\t{line.text}\t{said}")
        if status == "1":
            refused[line.directive] += 1
            seen[line.directive] += bool(said)
            if missed and not said:
                print(f"missed\t{line.place}\t{line.text}")
    if not missed:
        for name in sorted(refused, key=lambda name: seen[name] - refused[name]):
            print(f"{seen[name]:5} of {refused[name]:5}  {name}")
    print(f"{release or 'all'}: {seen.total()} of {refused.total()}, {seen.total() / refused.total():.1%}")


def main() -> None:
    """Ask, or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="ask about all lines, also those that have an answer")
    parser.add_argument("--compare", action="store_true", help="print the share of refused lines seen per directive")
    parser.add_argument("--missed", action="store_true", help="print each line that is missed instead")
    parser.add_argument("--release", choices=RELEASES, action="append", help="compare with this release only")
    given = parser.parse_args()
    if not (given.compare or given.missed):
        ask(given.again)
        return
    for release in given.release or (None, *RELEASES):
        compare(release, given.missed)


if __name__ == "__main__":
    main()
