"""Writes tests/corpus/verdicts.tsv: what the installed haproxy and keepalived say to each file there. Needs root."""

from __future__ import annotations

import csv

from tests import corpus


def main() -> None:
    """Ask, and write."""
    asked = {"haproxy": corpus.ask_haproxy, "keepalived": corpus.ask_keepalived}
    with corpus.VERDICTS.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, delimiter="\t", lineterminator="\n")
        for kind, ask in asked.items():
            for path in corpus.files(kind):
                status, lines = ask(path)
                writer.writerow([corpus.name_of(path), status, " ".join(map(str, lines))])


if __name__ == "__main__":
    main()
