"""Which sections of a haproxy.cfg are halb's, and which characters are a section's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from parsers.haproxy.document import HaproxyDocument
from parsers.haproxy.sections import Section
from parsers.source import Span

_SPACES = " \t\v\f\r\n"
_BOM = "\ufeff"
_LINE_END = re.compile(r"(?<!\r)\r++\n")


class SectionKey(NamedTuple):
    """What a section of halb's is recognised by. A proxy of the same name with another `from` is not halb's."""

    keyword: str
    name: str
    from_name: str


class Extent(NamedTuple):
    """The lines of a section: from the header to its last statement (`start` to `end`, the line end included).

    `lead` is where the comments directly above the header start. Comments and empty lines after the last statement
    belong to no section: they stay where they are when the section is replaced.
    """

    lead: int
    start: int
    end: int


def key_of(section: Section) -> SectionKey:
    """The key of a section; the parts that it lacks are empty."""
    name, from_name = section.name, section.from_name
    # What a variable makes of a name is unknown: the reference itself is not one of halb's names.
    words = [word.span.text if word and word.dynamic else word.value if word else "" for word in (name, from_name)]
    return SectionKey(section.keyword, *words)


def header(key: SectionKey | Section) -> str:
    """As people write it: `frontend kube-apiserver`, `global`."""
    if isinstance(key, Section):
        key = key_of(key)
    return f"{key.keyword} {key.name}".rstrip()


def line_of(section: Section) -> int:
    """The number of the header's line, from 1."""
    return section.file.source.position(section.header.start)[0]


def extent(section: Section) -> Extent:
    """Where a section is. A byte order mark at the start of the file belongs to no section."""
    source = section.file.source
    last = section.last_line() if section.line_count else section.header
    bom = 1 if source.text.startswith(_BOM) else 0
    start = max(section.header.start, bom)
    number = source.position(start)[0]
    while number > 1 and source.line(number - 1).removeprefix(_BOM).lstrip(_SPACES).startswith("#"):
        number -= 1
    return Extent(max(source.line_start(number), bom), start, last.start + len(last.line_text))


def removal(section: Section) -> Span:
    """What is removed with a section: its comments above, its lines, and empty lines that would be doubled."""
    source = section.file.source
    text = source.text
    lead, _, end = extent(section)
    before = text[:lead].removeprefix(_BOM)
    if not before or is_blank(before[before.rfind("\n", 0, -1) + 1 :]):
        while end < len(text):
            after = text.find("\n", end) + 1 or len(text)
            if not is_blank(text[end:after]):
                break
            end = after
    return Span(source, lead, end)


def is_blank(text: str) -> bool:
    """Whether it contains nothing visible."""
    return not text.strip(_SPACES)


class Chunk(NamedTuple):
    """A rendered section: `body` from its header to its last statement, `whole` with the comments around it.

    Both have Unix line ends, and end with one.
    """

    key: SectionKey
    section: Section
    body: str
    whole: str


def chunks(document: HaproxyDocument) -> list[Chunk]:
    """The sections of a rendered file, without `global`. Raises ValueError for one that could not be recognised."""
    text = document.source.text
    extents = [extent(section) for section in document.sections]
    ends = [place.lead for place in extents[1:]] + [len(text)]
    found: dict[SectionKey, Chunk] = {}
    for section, place, end in zip(document.sections, extents, ends, strict=True):
        key = key_of(section)
        if section.keyword == "global":
            continue
        if not key.name or key in found:
            raise ValueError(f"line {line_of(section)}: '{header(key)}' of a rendered file needs a name of its own")
        found[key] = Chunk(key, section, unix(text[place.start : place.end]), unix(text[place.lead : end]))
    return list(found.values())


def unix(text: str) -> str:
    """The text with Unix line ends, and without empty lines at its end."""
    text = _LINE_END.sub("\n", text)
    end = text.find("\n", len(text.rstrip(_SPACES)))
    return (text if end < 0 else text[:end]).rstrip("\r") + "\n"


def dot_line(section: Section) -> Span | None:
    """The first line between header and last statement that starts with a dot (`.if`), where cutting is not safe."""
    place = extent(section)
    lines = section.file.dot_lines
    return next((line.span for line in lines if place.start <= line.start < place.end), None)


def find(sections: Iterable[Section], wanted: str) -> list[Section]:
    """The sections that `frontend web`, or the name `web` alone, means."""
    words = " ".join(wanted.split())
    return [section for section in sections if section.name and words in (section.name.value, header(section))]
