"""The pictures of the README and of docs/walkthrough.md, from the real app, at 80x24 and offline.

`python screenshots/make.py` writes them, a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "screenshots"
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from screenshots import steps, walkthrough  # noqa: E402

SERIES = {FOLDER: steps.pictures, FOLDER / "walkthrough": walkthrough.pictures}
"""Each folder's pictures: what gives name and SVG of each."""


def write(folder: Path, made: Mapping[str, str]) -> None:
    """Write a folder's pictures, and remove those that are no more."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.svg"):
        if old.name not in made:
            old.unlink()
    for name, svg in made.items():
        (folder / name).write_text(svg, encoding="utf-8")
    print(f"{len(made)} pictures in {folder}")


def main() -> None:
    """Write all pictures."""
    for folder, pictures in SERIES.items():
        write(folder, dict(pictures()))


if __name__ == "__main__":
    main()
