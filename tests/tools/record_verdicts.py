"""Writes tests/corpus/verdicts.tsv: what the installed haproxy and keepalived say to each file there. Needs root.

`python -m tests.tools.record_verdicts RELEASE` writes those of another keepalived (`make releases` gets it).
"""

from __future__ import annotations

import csv
import sys

from tests import corpus
from tests.roots import root_of


def main() -> None:
    """Ask, and write."""
    release = sys.argv[1] if sys.argv[1:] else corpus.INSTALLED
    asked = {"haproxy": corpus.ask_haproxy, "keepalived": corpus.ask_keepalived}
    if release != corpus.INSTALLED:
        root = root_of(release)
        asked = {"keepalived": lambda path: corpus.ask_keepalived(path, root)}
    with corpus.table_of(release).open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, delimiter="\t", lineterminator="\n")
        for kind, ask in asked.items():
            for path in corpus.files(kind):
                status, lines = ask(path)
                writer.writerow([corpus.name_of(path), status, " ".join(map(str, lines))])


if __name__ == "__main__":
    main()
