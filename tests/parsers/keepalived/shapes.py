"""Trees as text, so that a test can say what it expects."""

from __future__ import annotations

from collections.abc import Iterable

from parsers.keepalived import KeepalivedDocument, parse_keepalived
from parsers.tree import Directive


def shape(directives: Iterable[Directive]) -> list[object]:
    """Lines as texts, blocks as (head, content)."""
    found: list[object] = []
    for directive in directives:
        head = " ".join(word.value for word in directive.words)
        found.append(head if directive.children is None else (head, shape(directive.children)))
    return found


def tree(text: str) -> list[object]:
    """The shape of a text."""
    return shape(parse_keepalived(text).children)


def words(text: str) -> list[list[str]]:
    """The words of the top-level lines."""
    return [[word.value for word in line.words] for line in parse_keepalived(text).children]


def problems(document: KeepalivedDocument) -> list[tuple[str, int, int]]:
    """Kind, line and column of every problem."""
    return [(problem.kind, problem.span.line, problem.span.column) for problem in document.problems]
