"""Names as the files have them: what a name is of, and each place that defines or uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from parsers.source import Span
    from parsers.tree import Word


class NameKey(NamedTuple):
    """What a name is of: `kind` as messages call it ("backend or frontend", "acl", "vrrp_script"), and the name.

    `owner` is the section that it belongs to, for names that hold in one section only: "backend api".
    """

    kind: str
    name: str
    owner: str = ""


class Occurrence(NamedTuple):
    """A place with a name; `defines`: it is the definition, or one of several that count together.

    `around` is the whole statement, or the header of the block or section.
    """

    key: NameKey
    span: Span
    around: Span
    defines: bool = False


def part_of(word: Word, name: str, after: int = 0) -> Span | None:
    """Where a name stands in a word, from `after` characters on; None if the file has it in other characters there."""
    from parsers.source import Span

    at = word.span.text.find(name, after)
    return Span(word.source, word.start + at, word.start + at + len(name)) if name and at >= 0 else None
