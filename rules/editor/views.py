"""One file of a run as an editor asks about it: its text, and what it was parsed into."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from parsers.haproxy import HaproxyDocument
from parsers.keepalived import KeepalivedDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.haproxy import HaproxyLine, Section
    from parsers.source import Source
    from parsers.tree import Directive
    from rules.engine.run import Run
    from rules.fleet.node import Node


class FileView(NamedTuple):
    """A file of a run; one of `haproxy` and `keepalived` is what it was parsed into.

    An included file has the document that includes it. `node` is the first one that reads it.
    """

    run: Run
    source: Source
    node: Node
    haproxy: HaproxyDocument | None = None
    keepalived: KeepalivedDocument | None = None

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.source.path

    def section_at(self, offset: int) -> Section | None:
        """The section of haproxy.cfg that an offset is in."""
        found = None
        for section in self.haproxy.sections if self.haproxy is not None else ():
            if section.header.start > offset:
                break
            found = section
        return found

    def directives(self) -> Iterator[Directive]:
        """The statements of this file's keepalived.conf, in its order, without those that other files have."""
        for directive in self.keepalived.walk() if self.keepalived is not None else ():
            if directive.span.source is self.source:
                yield directive

    def block_at(self, offset: int) -> Directive | None:
        """The innermost block of keepalived.conf that an offset is in; None at the top level."""
        found = None
        for directive in self.directives():
            if directive.span.start > offset:
                break
            if directive.opened is None or directive.opened.source is not self.source:
                continue
            inside = directive.opened.end <= offset
            open_ended = directive.close is None or directive.close.source is not self.source
            if inside and (open_ended or (directive.close is not None and offset <= directive.close.start)):
                found = directive
        return found

    def line_at(self, offset: int) -> Directive | HaproxyLine | None:
        """The statement that an offset is in, or right behind."""
        if self.haproxy is not None:
            return self.haproxy_line(offset)
        last = None
        for directive in self.directives():
            if directive.span.start > offset:
                break
            if offset <= directive.span.end:
                last = directive
        return last

    def haproxy_line(self, offset: int) -> HaproxyLine | None:
        """The line of haproxy.cfg that an offset is in, or right behind; a header is one, too."""
        section = self.section_at(offset)
        if section is None:
            return None
        if section.header.span.start <= offset <= section.header.span.end:
            return section.header
        low, high = 0, section.line_count
        while low < high:  # a section may have thousands of lines: those before it are not made
            middle = (low + high) // 2
            if section.line(middle).start <= offset:
                low = middle + 1
            else:
                high = middle
        line = section.line(low - 1) if low else None
        return line if line is not None and line.span.start <= offset <= line.span.end else None


def view_of(run: Run, path: str) -> FileView | None:
    """A file of a run; None if no node reads it."""
    for node in run.fleet.nodes:
        for document in node.haproxy.documents if node.haproxy is not None else ():
            if document.source.path == path:
                return FileView(run, document.source, node, haproxy=document)
        if node.keepalived is not None:
            read = node.keepalived.document
            for source in read.sources:
                if source.path == path:
                    return FileView(run, source, node, keepalived=read)
    return None
