"""XN025: lines under an `@id` that no node has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.source import Span
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.keepalived.tree import KeepalivedDocument
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node

_LINE = r"^[ \t]*@\^?([^\s^]\S*)"


def _unknown(document: KeepalivedDocument, known: set[str]) -> tuple[str, ...]:
    """The ids in a file that no node has, in the order in which they appear."""
    return tuple(ident for ident in document.conditions if ident not in known)


def _place(document: KeepalivedDocument, ident: str) -> Span | None:
    """The `@id` of the first line for an id."""
    for source in document.sources:
        for match in re.finditer(_LINE, source.text, re.MULTILINE):
            if match[1] == ident:
                return Span(source, match.start(0) + match[0].index("@"), match.end())
    return None


@rule("XN025", "line-for-an-unknown-id", Severity.INFO, Scope.GIVEN)
def check(fleet: Fleet) -> Iterator[Hit]:
    """A line of keepalived.conf is for an id that none of the given nodes has.

    Why it hurts: keepalived reads a line that starts with `@id` only if its id is the host name up to the first dot, or
    what the option `-i` says, and silently ignores it otherwise (measured with 2.2.7). With `@first` and `@second` on
    machines called lb1 and lb2, both run without these lines: with the default priority, for example.

    How to fix: write the nodes' host names after the `@`, or start keepalived with `-i` and the id. If halb-lint took a
    wrong name from a folder, say `--node NAME=PATH`, or list the nodes in `[[lb]]` of halb.toml.

    Silent when: every id is a node's name, or comes from a template. It is an info, since halb-lint knows the names of
    the nodes only from folders, options and halb.toml.
    """
    known = {node.name for node in fleet.nodes}
    found: dict[tuple[str, ...], list[tuple[Node, Span]]] = {}
    for node in fleet.nodes:
        document = node.keepalived.document if node.keepalived else None
        if document is None or not document.conditions or document.template:
            continue
        ids = _unknown(document, known)
        place = _place(document, ids[0]) if ids else None
        if place is not None:
            found.setdefault(ids, []).append((node, place))
    for ids, places in found.items():
        yield _hit(ids, places, known)


def _hit(ids: tuple[str, ...], places: list[tuple[Node, Span]], known: set[str]) -> Hit:
    (node, span), *others = places
    names = listed((f"'@{ident}'" for ident in ids), "or")
    given = listed(sorted(known))
    return Hit(
        span,
        f"{names} is not a node here ({given}): keepalived reads the lines under it only on a machine with that name",
        help="write the machine's host name, up to the first dot, after the '@', or start keepalived with '-i' and the "
        "id; if a node is called differently here, use '--node NAME=PATH'",
        note="not the name of a node",
        related=[Related(place, f"{at.name}: the same", at.name) for at, place in others],
        node=node.name,
    )
