"""Lines per second of one parser, in this process: `python -m tests.bench.rate haproxy FILE`."""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

import parsers


def main(kind: str, path: str) -> None:
    """Print the best of five runs."""
    text = Path(path).read_text(encoding="utf-8")
    parse = getattr(parsers, f"parse_{kind}")
    best = float("inf")
    for _ in range(5):
        start = process_time()
        parse(text)
        best = min(best, process_time() - start)
    print(text.count("\n") / best)


if __name__ == "__main__":
    main(*sys.argv[1:])
