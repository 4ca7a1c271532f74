"""What is known while the files of one keepalived.conf are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from parsers.keepalived.braces.blocks import Blocks
from parsers.keepalived.include import IncludedFile, IncludeReader, directory_of, has_wildcard
from parsers.keepalived.passwords import near_secret
from parsers.keepalived.text import UNKNOWN, Stretch
from parsers.keepalived.tree import Include, KeepalivedDocument, MappedLine
from parsers.source import Source, Span
from parsers.tree import Problem

if TYPE_CHECKING:
    from parsers.keepalived.lines.definitions import Definitions

# Lines that repetitions and multi-line definitions may yield in one document: `~SEQ(A, 1, 4000000)` is 22 characters.
_BUDGET = 10_000
# Included files one inside the other, and all in all.
_DEEPEST = 12
_FILES = 1000
_WHY = {
    "missing": "does not exist",
    "unreadable": "cannot be read",
    "directory": "is a directory, which keepalived skips",
    "executable": "has an execute bit, and keepalived skips such files",
}

Opener = Callable[[Source, "State", "str | None"], None]


class State:
    """The document that is being made, and everything that outlives one line of it."""

    def __init__(
        self, document: KeepalivedDocument, config_id: str | None, reader: IncludeReader | None, opener: Opener
    ) -> None:
        self.document = document
        self.config_id = config_id
        self.blocks = Blocks()
        self._definitions: Definitions | None = None
        self.seen_ids: set[str] = set()
        self.first_id: str | None = None
        self._reader = reader
        self._opener = opener
        self._paths: list[str] = []
        self._budget = _BUDGET

    @property
    def definitions(self) -> Definitions:
        """The names that were defined; made when the first line needs them."""
        if self._definitions is None:
            from parsers.keepalived.lines.definitions import Definitions

            self._definitions = Definitions(self.config_id)
        return self._definitions

    @property
    def defines(self) -> bool:
        """Whether any line needed definitions."""
        return self._definitions is not None

    def problem(self, kind: str, span: Span, message: str, help: str = "") -> None:  # noqa: A002
        """Adds a problem."""
        self.document.problems.append(Problem(kind, span, message, help))

    def spend(self, span: Span, lines: int) -> bool:
        """Some more lines out of a repetition or definition; False when there were too many, of which none is read.

        That is a problem once, at the first place where it happens, and costs nothing: after it there are no more.
        """
        if lines <= self._budget:
            self._budget -= lines
            return True
        if self._budget >= 0:
            self.problem(
                "too-many-lines",
                span,
                f"this stands for {lines} lines: halb reads no more than {_BUDGET} lines of a file that are repeated "
                "or come out of definitions, and judges it without these",
                "let it stand for fewer lines, or include a file that has them",
            )
        self._budget = -1
        self.document.complete = False
        return False

    def open(self, source: Source, condition: str | None) -> None:
        """Reads one file, the main one or an included one."""
        self._paths.append(source.path)
        self._opener(source, self, condition)
        self._paths.pop()

    def unclosed_quote(self, line: MappedLine, stretch: Stretch) -> None:
        """Reports the quote that is never closed, unless the line's own rules close it."""
        from parsers.keepalived.scripts import SCRIPT_KEYWORDS, script_words

        if line.keyword in SCRIPT_KEYWORDS and script_words(line.text) is not None:
            return
        at = stretch.text.rindex('"')
        self.problem(
            "unterminated-quote",
            stretch.span(at, at + 1),
            "this '\"' is never closed: keepalived drops the word and everything after it, "
            "comments and braces included",
            "close the quote on the same line, or remove it",
        )

    def include(self, source: Source, stretch: Stretch, variant: str, start: int) -> None:
        """An `include` line, whose pattern starts at `start`: reads what it names into the tree."""
        document = self.document
        pattern = stretch.text[start:]
        span = stretch.span(start, len(stretch.text)) if pattern else stretch.whole()
        answer: Sequence[IncludedFile] | str = "unknown"
        if self._reader is not None and UNKNOWN not in pattern and pattern:
            answer = self._reader(pattern, directory_of(source.path), variant)
        if isinstance(answer, str) or len(self._paths) > _DEEPEST:
            document.complete = False
            document.includes.append(Include(span, stretch.shown(start, len(stretch.text)), variant, ()))
            return
        read = []
        for file in answer:
            if file.path in self._paths:
                self._cycle(span, file.path)
            elif file.text is None:
                self._missed(span, pattern, file)
            elif len(document.sources) < _FILES:
                read.append(file.path)
                included = Source(file.path, file.text)
                document.sources.append(included)
                self.open(included, stretch.condition)
            else:
                document.complete = False
        if not answer and variant in ("w", "a"):
            shown = "..." if near_secret(source, span.end) else pattern
            self.problem(
                "include-missing",
                span,
                f"no file matches '{shown}', and 'include{variant}' makes that an error",
                "create the file, or use 'include', which accepts a pattern without a match",
            )
        document.includes.append(Include(span, pattern, variant, tuple(read)))

    def _missed(self, span: Span, pattern: str, file: IncludedFile) -> None:
        """A file that an include names and that was not read."""
        self.document.complete = False
        kind = "include-missing" if file.reason == "missing" else "include-unreadable"
        if kind == "include-missing" and has_wildcard(pattern):
            return
        why = _WHY.get(file.reason, "cannot be read")
        self.problem(
            kind,
            span,
            f"the included file '{file.path}' {why}: nothing that it sets takes effect",
            "correct the name (it is relative to the directory of the file with the include), or remove the line",
        )

    def _cycle(self, span: Span, path: str) -> None:
        """A file that includes itself, directly or through others."""
        if any(problem.kind == "include-cycle" for problem in self.document.problems):
            return
        self.problem(
            "include-cycle",
            span,
            f"'{path}' includes itself: keepalived reads it again and again, until it runs out of file descriptors",
            "remove the include",
        )
