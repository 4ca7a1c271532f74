"""Files that are not on the disk as they are to be read: what fixing makes of them, what an editor has of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os.path import normpath
from typing import TYPE_CHECKING

from parsers.keepalived.include import IncludedFile
from parsers.records import NamedTuple

if TYPE_CHECKING:
    from parsers.keepalived.include import Answer, IncludeReader


class OpenFile(NamedTuple):
    """A file as an editor has it: its text, and its kind where the text does not show one (None: not known)."""

    text: str
    kind: str | None = None


class Overlay:
    """Reads included files with another reader, and has other texts for some of them."""

    def __init__(self, below: IncludeReader, texts: Mapping[str, str]) -> None:
        self._below = below
        self._texts = {normpath(path): text for path, text in texts.items()}

    def __call__(self, pattern: str, base: str, variant: str) -> Answer:
        """As the reader below; see `parsers.keepalived.include`."""
        found = self._below(pattern, base, variant)
        return found if isinstance(found, str) else self._replaced(found)

    def _replaced(self, files: Sequence[IncludedFile]) -> Sequence[IncludedFile]:
        return [
            IncludedFile(file.path, self._texts.get(normpath(file.path), file.text)) if file.text is not None else file
            for file in files
        ]
