"""The matrix of secrets: `python -m tests.tools.canary` puts a canary in every place and looks for it.

Prints placements, variants and outputs, and every canary that an output shows in clear; exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.secrets.matrix import batches, clear
from tests.secrets.outputs import outputs
from tests.secrets.placements import SHAPES, Canary, canaries
from tests.secrets.screens import screens


def main() -> int:
    """Run the matrix and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", action="store_true", help="each canary in a file of its own (takes minutes)")
    parser.add_argument("--screens", action="store_true", help="the wizard's screens too (takes half an hour)")
    given = parser.parse_args()
    found = list(canaries())
    shown: list[tuple[Canary, str]] = []
    looked_at: dict[str, None] = {}
    for batch in ([canary] for canary in found) if given.each else batches(found):
        for makes in (outputs, screens) if given.screens else (outputs,):
            seen, names = clear(batch, makes)
            shown += seen
            looked_at |= dict.fromkeys(names)
    changes = Counter(canary.change for canary in found)
    print(f"{len({(c.kind, c.placement) for c in found})} placements, {len({c.variant for c in found})} variants,")
    print(f"{len(SHAPES)} shapes of secrets: {len(found)} canaries in {len(looked_at)} outputs, {len(shown)} in clear")
    clear_by_change = Counter(canary.change for canary, _ in shown)
    clear_by_output = Counter(name for _, name in shown)
    for title, counts, bad in (
        ("variant", changes, clear_by_change),
        ("output", dict.fromkeys(looked_at, len(found)), clear_by_output),
    ):
        print(f"\n{title:<40} canaries  clear")
        for name, number in counts.items():
            print(f"{name:<40} {number:>8} {bad[name]:>6}")
    for canary, name in shown:
        print(f"\nin clear: {name}: {canary.kind}: {canary.line}")
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main())
