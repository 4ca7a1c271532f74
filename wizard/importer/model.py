"""What an import gives: the draft, and everything that did not become part of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from rules.plan import Draft


class LeftoverKind(StrEnum):
    """Why a directive is left over, the worst first."""

    OTHER = "other"
    """It serves something else than the Kubernetes API."""
    LOST = "lost"
    """It belongs to the endpoint, and no plan can express it."""
    UNREADABLE = "unreadable"
    """It was not understood, or depends on something that the files do not hold."""
    REPLACED = "replaced"
    """halb's own files do the same in their own way."""
    PACKAGED = "packaged"
    """The packages of Debian ship it; nothing of the endpoint needs it."""
    COMMENT = "comment"
    """It is for people; an import does not list it, as no file loses it before one is written."""


Row = dict[str, Any]
"""What is known of one table of halb.toml: values by key, None for what nobody says."""


class Leftover(NamedTuple):
    """Something that would be lost if the files were rendered anew from the draft.

    `line` to `last` (both from 1) are its lines: a whole section or block is one leftover, named by its first line.
    `text` is that line, or the part of it that is left over, with secrets hidden.
    """

    node: str
    file: str
    line: int
    text: str
    why: str
    kind: LeftoverKind = LeftoverKind.LOST
    last: int = 0


class Place(NamedTuple):
    """One value where it stands; a secret is hidden."""

    node: str
    file: str
    line: int
    value: str


class Conflict(NamedTuple):
    """Places that contradict each other. `key` is that of halb.toml, `chosen` the value the draft has."""

    key: str
    places: tuple[Place, ...]
    chosen: str
    why: str

    def shown(self, shown: Callable[[str], str]) -> Conflict:
        """The same with `shown` (which hides secrets) applied to the values."""
        places = tuple(place._replace(value=shown(place.value)) for place in self.places)
        return self._replace(places=places, chosen=shown(self.chosen))


class Candidate(NamedTuple):
    """One virtual router of several, of which nothing in the files tells which is the endpoint's."""

    name: str
    vips: tuple[str, ...]
    nodes: tuple[str, ...]


class Imported(NamedTuple):
    """What was read from existing files.

    `used` are the (file, line) pairs that the draft, or a conflict, accounts for. `notes` say what was guessed and
    what is missing. `candidates` is empty unless somebody has to choose: give the VIP then.
    """

    draft: Draft
    leftovers: tuple[Leftover, ...]
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]
    used: tuple[tuple[str, int], ...] = ()
    candidates: tuple[Candidate, ...] = ()
