"""What is no longer there once files are replaced by halb's, or halb's sections took the place of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rules import NodeFiles
from rules.files import HAPROXY, kind_of
from rules.report import Matcher, masked_lines
from rules.text import clipped
from wizard.importer.model import Leftover, LeftoverKind
from wizard.importer.run import import_files
from wizard.importer.worst import Left, worst_first

_COMMENT = "it is a comment"


def dropped(old: Mapping[str, str], new: Mapping[str, str], nodes: Sequence[NodeFiles]) -> tuple[Left, ...]:
    """The lines of the `old` files (text by path) that the `new` ones, by the same paths, have no more, worst first.

    Without those that a plan holds: their line may read differently, and says the same. Secrets are hidden.
    """
    imported = import_files(old, nodes)
    gone = {path: _gone(text, new.get(path, "")) for path, text in old.items()}
    found = [left for left in imported.leftovers if left.line in gone[left.file]]
    known = {*imported.used, *((left.file, n) for left in imported.leftovers for n in range(left.line, left.last + 1))}
    owners = {path: node.name for node in nodes for path in (*node.haproxy, *node.keepalived)}
    for path, text in old.items():
        lines = sorted(number for number in gone[path] if (path, number) not in known)
        found += _comments(owners.get(path, ""), path, text, lines)
    return worst_first(found)


def _gone(old: str, new: str) -> set[int]:
    """The numbers, from 1, of the lines that are not in the new text; spaces around them mean nothing."""
    before, after = ([line.strip() for line in text.split("\n")] for text in (old, new))
    opcodes = Matcher(before, after).opcodes
    return {n + 1 for tag, start, end, _, _ in opcodes if tag in ("delete", "replace") for n in range(start, end)}


def _comments(node: str, path: str, text: str, lines: Sequence[int]) -> Iterator[Leftover]:
    """The comments among these lines."""
    signs = "#" if kind_of(path, text) == HAPROXY else "#!"
    shown = masked_lines(path, text) if lines else []
    for number in lines:
        line = shown[number - 1].strip()
        if line and line[0] in signs:
            yield Leftover(node, path, number, clipped(line), _COMMENT, LeftoverKind.COMMENT, number)
