"""The part of a proxy that needs no inheritance: its header and its own lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.facts.haproxy.lines import header_value
from parsers.facts.values import Value
from parsers.haproxy.lines import HaproxyLine
from parsers.haproxy.sections import Section
from parsers.records import NamedTuple, cached_property
from parsers.source import Span

MAX_DEPTH = 40  # longer chains of `defaults ... from ...` are not followed


_ACL = r"[ \t\v\f]++([^ \t\v\f\r\n#]++)(?:[ \t\v\f]++([^ \t\v\f\r\n#]++))?+"  # compiled for the first one


class AclLine(NamedTuple):
    """An `acl` line: the ACL's name and its expression as written, "" where the line ends before it."""

    name: str
    expression: str
    line: HaproxyLine


class ProxySection:
    """A proxy or `defaults` section by itself: header, own lines, and which `defaults` it inherits from."""

    def __init__(self, section: Section, defaults: ProxySection | None, *, defaults_known: bool = True) -> None:
        self.section = section
        self.kind = section.keyword
        self.depth: int = defaults.depth + 1 if defaults else 0
        if self.depth > MAX_DEPTH:
            defaults, defaults_known, self.depth = None, False, 0
        self.defaults = defaults
        self.defaults_known = defaults_known
        self.is_frontend = self.kind != "backend"
        self.is_backend = self.kind != "frontend"

    def __repr__(self) -> str:
        return f"Proxy({self.section.label})"

    # -- the section itself

    @cached_property
    def name(self) -> Value[str] | None:
        """The name in the header; None for an anonymous `defaults`."""
        return header_value(self.section, self.section.name)

    @property
    def label(self) -> str:
        """How messages name it: `backend 'api'`, `defaults`."""
        return self.section.label

    @property
    def span(self) -> Span:
        """The header line."""
        return self.section.span

    @property
    def path(self) -> str:
        """The file it is in."""
        return self.section.file.source.path

    @cached_property
    def certain(self) -> bool:
        """False when the section itself is conditional, or it is not known what it inherits."""
        return self.section.condition is None and self.inheritance_certain

    @cached_property
    def inheritance_certain(self) -> bool:
        """False when the `defaults` after `from` is missing, or the one in force is conditional."""
        return self.defaults_known and (self.defaults is None or self.defaults.certain)

    @property
    def origin(self) -> str:
        """How values say that they were inherited from this section."""
        return f"defaults {self.section.name.value}" if self.section.name else "defaults"

    # -- own lines

    @property
    def directives(self) -> list[HaproxyLine]:
        """The own lines, in file order."""
        return list(self.section.directives)

    def all(self, keyword: str) -> Sequence[HaproxyLine]:
        """The own lines with this keyword (those with `no` in front too: see `prefix`)."""
        return self.section.all(keyword) if keyword in self._keywords else ()

    def get(self, keyword: str) -> HaproxyLine | None:
        """The last own line with this keyword."""
        return self.section.get(keyword)

    def has(self, keyword: str) -> bool:
        """Whether an own line has this keyword."""
        return keyword in self._keywords

    @cached_property
    def acl_lines(self) -> list[AclLine]:
        """The own `acl` lines with a name, in file order; four rules ask, and there may be thousands."""
        pattern = re.compile(_ACL)
        found = []
        for line in self.all("acl"):
            words = line.bare_match(pattern)
            name, expression = words.groups("") if words is not None else (line.arg(0), line.arg(1))
            if name:
                found.append(AclLine(name, expression, line))
        return found

    @cached_property
    def _keywords(self) -> dict[str, list[int]]:
        """Kept here, since some fifty rules ask."""
        return self.section.index()
