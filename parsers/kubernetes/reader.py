"""From PyYAML's events to values: without recursion, and without copies of what aliases name."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from parsers.kubernetes.tree import KubernetesDocument, YamlMissingError, YamlValue, is_template
from parsers.source import Source, Span
from parsers.tree import Problem

LARGEST = 512 * 1024
"""Characters; a larger text is not read. PyYAML takes some seconds for it, and a kubeadm configuration has 2,000."""
_DEEPEST = 100
_MOST_ALIASES = 1000
_MOST_MERGED = 50_000


class _ReadError(Exception):
    """What can't be read, and where."""

    def __init__(self, text: str, at: int) -> None:
        super().__init__(text)
        self.text = text
        self.at = at


def parse_kubernetes(text: str, path: str = "") -> KubernetesDocument:
    """The text's YAML documents; never raises on any str, but YamlMissingError without PyYAML."""
    source = Source(path, text)
    values: list[YamlValue] = []
    problems: list[Problem] = []
    builder = _Builder(source)
    try:
        values += _documents(source, builder)
    except _ReadError as error:
        if is_template(text):
            return KubernetesDocument(source, (), (), template=True)
        at = min(error.at, max(len(text) - 1, 0))
        problems.append(
            Problem("invalid-yaml", _shown(source, at), f"not YAML: {error.text}; nothing after it was checked", _HELP)
        )
    if builder.twice is not None and not is_template(text):
        problems.append(_given_twice(*builder.twice))
    return KubernetesDocument(source, values, problems)


def _given_twice(again: YamlValue, first: Span) -> Problem:
    """A key that stands twice in one mapping: YAML forbids it, and readers differ."""
    return Problem(
        "invalid-yaml",
        again.span,
        f"the key '{again.text}' is given twice in one mapping: some readers refuse the file, others take the second",
        "keep one of the two",
        related=((first, "given before"),),
        certain=False,
    )


_HELP = "correct the line or the one before it: the indentation, a missing ':' or '-', quotes that do not end"


def _shown(source: Source, at: int) -> Span:
    """The character at an offset, on its line; the last one before the end of the file or line."""
    while at > 0 and source.text[at : at + 1] in ("", "\n", "\r"):
        at -= 1
    return Span(source, at, min(at + 1, len(source.text)))


def _documents(source: Source, builder: _Builder) -> Iterator[YamlValue]:
    if len(builder.kept.text) > LARGEST:
        raise _ReadError(f"the file has more than {LARGEST} characters, and is not read", 0)
    for event in _events(builder.kept):
        if (document := builder.add(event)) is not None:
            yield document


class _Kept:
    """A text without its CustomResourceDefinitions, which are nine tenths of some manifests, and say nothing here."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [(0, 0)]  # where a piece begins here, and in the whole text
        if "CustomResourceDefinition" not in text:
            return
        pieces: list[str] = []
        self._starts.clear()
        length = at = 0
        for piece in re.split(r"^(?=---)", text, flags=re.MULTILINE):
            if not re.search(r"^kind:[ \t]*CustomResourceDefinition\b", piece, re.MULTILINE):
                self._starts.append((length, at))
                pieces.append(piece)
                length += len(piece)
            at += len(piece)
        self.text = "".join(pieces)

    def offset(self, index: int) -> int:
        """The offset in the whole text of one in what was kept."""
        found = bisect_right(self._starts, (index, sys.maxsize)) - 1
        return index - self._starts[found][0] + self._starts[found][1] if found >= 0 else index


def _events(kept: _Kept) -> Iterator[Any]:
    """PyYAML's events; whatever it raises is a _ReadError."""
    try:
        import yaml
    except ImportError as error:
        raise YamlMissingError from error
    try:
        yield from yaml.parse(kept.text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = error.problem or error.context or "it can't be read"
        raise _ReadError(words, kept.offset(mark.index) if mark is not None else 0) from error
    except yaml.reader.ReaderError as error:
        raise _ReadError("a character that YAML does not allow", kept.offset(int(error.position))) from error
    except (yaml.YAMLError, ValueError, OverflowError, IndexError, RecursionError) as error:
        raise _ReadError("it can't be read", 0) from error  # numbers of thousands of digits, escapes beyond Unicode


class _Builder:
    """Values from events: a stack of the mappings and lists that are open.

    `twice` is the first key that stands twice in one mapping, and where it stood before.
    """

    def __init__(self, source: Source) -> None:
        self.twice: tuple[YamlValue, Span] | None = None
        self.kept = _Kept(source.text)
        self._source = source
        self._anchors: dict[str, YamlValue] = {}
        self._aliases = 0
        self._open: list[YamlValue] = []
        self._keys: list[YamlValue | None] = []  # of each open mapping: the key that waits for its value
        self._merged: list[tuple[YamlValue, YamlValue]] = []

    def add(self, event: Any) -> YamlValue | None:
        """Take an event; the document's value when it is complete."""
        name = type(event).__name__
        if name == "DocumentStartEvent":
            self._anchors.clear()
            self._merged.clear()
        elif name == "ScalarEvent":
            value = YamlValue(self._span(event), event.value, quoted=event.style is not None)
            return self._place(value, event)
        elif name == "AliasEvent":
            return self._place(self._alias(event), None)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._begin(event, name == "MappingStartEvent")
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            return self._end(event)
        return None

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark.index, event.end_mark.index
        # What ends where a definition was left out does not go on behind it.
        return Span(self._source, self.kept.offset(start), self.kept.offset(max(end - 1, start)) + (end > start))

    def _alias(self, event: Any) -> YamlValue:
        self._aliases += 1
        if self._aliases > _MOST_ALIASES:
            raise _ReadError(f"more than {_MOST_ALIASES} aliases", self._span(event).start)
        if event.anchor not in self._anchors:
            raise _ReadError(f"the alias '*{event.anchor}' has no anchor before it", self._span(event).start)
        return self._anchors[event.anchor]

    def _begin(self, event: Any, mapping: bool) -> None:
        if len(self._open) >= _DEEPEST:
            raise _ReadError(f"more than {_DEEPEST} levels", self._span(event).start)
        value = YamlValue(self._span(event))
        if mapping:
            value.entries = {}
        else:
            value.items = []
        self._place(value, event)
        self._open.append(value)
        self._keys.append(None)

    def _end(self, event: Any) -> YamlValue | None:
        value = self._open.pop()
        self._keys.pop()
        value.span = Span(self._source, value.span.start, self._span(event).end)
        if self._open:
            return None
        self._merge()
        return value

    def _place(self, value: YamlValue, event: Any) -> YamlValue | None:
        """Put a value where it belongs: the document's value if nothing is open and it is a scalar."""
        if event is not None and event.anchor:
            self._anchors[event.anchor] = value
        if not self._open:
            return value if value.text is not None else None
        parent = self._open[-1]
        if parent.items is not None:
            parent.items.append(value)
            return None
        key, self._keys[-1] = self._keys[-1], None
        if key is None:
            self._keys[-1] = value
        elif key.text is not None and parent.entries is not None:
            if key.text == "<<" and not key.quoted:
                self._merged.append((parent, value))
            else:
                before = parent.entries.get(key.text)
                if before is not None and self.twice is None:
                    self.twice = key, before.key_span or before.span
                parent.entries[key.text] = value
                value.key_span = value.key_span or key.span
        return None

    def _merge(self) -> None:
        """`<<: *anchor`: the entries of other mappings, where the mapping has none of its own."""
        left = _MOST_MERGED
        for parent, value in self._merged:
            for other in value.items or [value]:
                if parent.entries is not None and other.entries is not None and other is not parent:
                    left -= len(other.entries)
                    if left < 0:
                        raise _ReadError(f"'<<' copies more than {_MOST_MERGED} entries", parent.span.start)
                    for key, entry in list(other.entries.items()):
                        parent.entries.setdefault(key, entry)
