"""What a merge gives: the text, what became of each section, and what stood in its way."""

from __future__ import annotations

from typing import Literal, NamedTuple

from parsers.tree import Problem

ChangeKind = Literal["kept", "replaced", "added", "removed"]


class SectionChange(NamedTuple):
    """What became of one section.

    "kept": it was there as rendered; "replaced": its lines are now the rendered ones; "added": at the end;
    "removed": another section that was taken over, or that only such sections named. `section` is its header
    (`frontend kube-apiserver`); `line` its line in the merged text, or, for a removed one, in the text before.
    `serves`: halb's sections do all that it did; what a removed one without did, nothing does afterwards.
    """

    kind: ChangeKind
    section: str
    line: int
    serves: bool = True


class TakeOver(NamedTuple):
    """A section of others that halb's could take the place of: `frontend web`; `serves`: it serves the endpoint."""

    section: str
    line: int
    serves: bool


class Merged(NamedTuple):
    """A merge. With `problems` it was refused: `text` is the existing text, and there are no changes.

    `notes` block nothing: what `global` lacks, a newline that had to be added. The places of both are in the
    existing text, those in `related` in the rendered one too. `in_the_way` are the sections of others that listen where
    halb's do, or have their names, whether they were taken over or not. `services` are the headers of those that listen
    and are in nobody's way: what a file without them would no longer serve.
    """

    text: str
    changes: tuple[SectionChange, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    in_the_way: tuple[TakeOver, ...] = ()
    services: tuple[str, ...] = ()


Endpoint = Literal["keep", "serving", "all"]
"""Which of the sections in the way are taken over without being named: none, those that serve the endpoint, all."""
