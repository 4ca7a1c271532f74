"""haproxy.cfg -> HaproxyDocument.

The line grammar (`parsers.grammar.haproxy`) cuts the text; this module keeps the structure:
sections, `.if` blocks, `[scope]` lines, the environment, and the problems.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Mapping

from parsers.grammar.haproxy import PLAIN, SECTION, SOUND, SPECIAL, split_lines
from parsers.haproxy.conditions import Conditions
from parsers.haproxy.document import HaproxyDocument
from parsers.haproxy.environment import Environment
from parsers.haproxy.headers import check_header, is_simple, suggest_section
from parsers.haproxy.lines import NEGATABLE, HaproxyLine
from parsers.haproxy.placeholders import has_placeholder, mark_placeholders
from parsers.haproxy.sections import Section
from parsers.haproxy.templates import control_lines
from parsers.haproxy.words import MAX_WORDS, Context, Splitter
from parsers.keywords.haproxy import section_keywords
from parsers.source import Source, Span
from parsers.tree import Problem

__all__ = ["NEGATABLE", "HaproxyDocument", "HaproxyLine", "Section", "parse_haproxy", "suggest_section"]

_ENVIRONMENT = ("setenv", "presetenv", "unsetenv", "resetenv")
_SCOPE = re.compile(r"(?:\A\ufeff)?+[ \t\v\f\r]*+\[([^\]\r\n\0]*+)(\])?+[ \t\v\f\r]*+([^\n]?)")
_SCOPE_NAME = re.compile(r"[A-Za-z0-9_.:-]+\Z")
_LONG = 2 * MAX_WORDS  # a line this short cannot have more than 64 words


def parse_haproxy(
    text: str, path: str = "haproxy.cfg", *, environment: Mapping[str, str | None] | None = None
) -> HaproxyDocument:
    """Parse any text as haproxy.cfg; what cannot be understood is in `problems`, never an exception.

    `environment` are variables that are known to be set (None: known to be unset) before the file is read, such
    as those an earlier `-f` file left (`HaproxyDocument.environment`).
    """
    source = Source(path, text)
    enabled = gc.isenabled()
    gc.disable()  # one object per line and no cycles: the collector would only cost time
    try:
        return _Parser(source, Environment(dict(environment or {}))).run()
    finally:
        if enabled:
            gc.enable()


class _Parser:
    def __init__(self, source: Source, environment: Environment) -> None:
        self.source = source
        self.matches = split_lines(source.text)
        self.document = HaproxyDocument(source, self.matches)
        self.environment = environment
        self.conditions = Conditions(self.document.problems.append)
        self.section: Section | None = None
        self.controls = 0  # depth of the template blocks ({% if %} ...) that are open
        self.suspect = has_placeholder(source.text)

    def run(self) -> HaproxyDocument:
        document = self.document
        controls = control_lines(self.source.text) if self.suspect else {}
        append: Callable[[re.Match[str]], None] = self._stray
        for match in self.matches:
            kind = match.lastindex
            if kind is None:
                continue
            if controls and match.start() in controls:
                append = self._control(controls[match.start()])
            elif kind == PLAIN:
                append(match)
            elif kind == SOUND:
                if match.end() - match.start() > _LONG:
                    self._split(match, kind)
                append(match)
            else:
                append = self._other(match, kind)
        self.conditions.end()
        if self.suspect and not document.file.templated:
            document.file.templated = any(self._uncertain(match) for match in self.matches)
        self._whole_file()
        document.environment = self.environment.known
        return document

    # -- where the following lines go

    def _select(self) -> Callable[[re.Match[str]], None]:
        """What to do with the following lines, given the section and the conditions."""
        conditions, section = self.conditions, self.section
        if conditions.masked:
            return _drop
        if section is None:
            return self._stray
        condition = conditions.condition
        if self.controls:
            condition = condition or "template"
        if section.keyword == "global":
            return lambda match: self._global(section, match, condition)
        if condition is not None or section.condition is not None:
            return lambda match: section.add(match, condition)
        return section.append

    def _control(self, step: int) -> Callable[[re.Match[str]], None]:
        self.document.file.complete = False
        self.controls = max(0, self.controls + step)
        return self._select()

    def _global(self, section: Section, match: re.Match[str], condition: str | None) -> None:
        section.add(match, condition)
        line = section.last_line()
        if line.first_word in _ENVIRONMENT and line.words:
            self.environment.apply(list(line.words), certain=line.condition is None)

    def _stray(self, match: re.Match[str]) -> None:
        line = HaproxyLine(self.document.file, match, self.conditions.condition)
        self.document.stray.append(line)

    # -- lines that are not simply appended

    def _split(self, match: re.Match[str], kind: int) -> HaproxyLine:
        """Split a line now, with the environment of this point, and keep its words and problems."""
        document, section = self.document, self.section
        name = (section.name.value if section.name else section.keyword) if section else ""
        splitter = Splitter(self.source, match.start(), match.end(), Context(self.environment, name))
        document.problems.extend(splitter.problems)
        words = splitter.words
        if self.suspect:
            mark_placeholders(words)
            if any(word.dynamic for word in words):
                document.file.templated = True
        condition = self.conditions.condition or ("template" if self.controls else None)
        if section is not None:
            condition = condition or section.condition
        line = HaproxyLine(document.file, match, condition, words)
        if kind != SECTION and (kind != SOUND or splitter.problems):
            document.file.early[match.start()] = line
        return line

    def _uncertain(self, match: re.Match[str]) -> bool:
        """Whether a line that was not split yet holds a placeholder outside its comment."""
        kind = match.lastindex
        if kind not in (PLAIN, SOUND) or not has_placeholder(match[0]):
            return False
        words = self.document.file.split(match)
        mark_placeholders(words)
        return any(word.dynamic for word in words)

    def _other(self, match: re.Match[str], kind: int) -> Callable[[re.Match[str]], None]:
        if kind == SPECIAL and match[SPECIAL] == "[":
            self._scope(match)
            return self._select()
        if kind == SECTION and not self.suspect and is_simple(match):
            if not self.conditions.masked:
                self._open(HaproxyLine(self.document.file, match), match[SECTION])
            return self._select()
        line = self._split(match, kind)
        first = line.words[0].value if line.words else ""
        if first in section_keywords():
            if not self.conditions.masked:
                self._open(line, first)
                check_header(self.document.sections[-1], self.document.problems)
        elif first.startswith("."):
            if first in (".if", ".elif", ".else", ".endif") or not self.conditions.masked:
                self.document.file.dot_lines.append(line)
            self.conditions.line(line)
            if self.conditions.condition is not None:
                self.document.file.complete = False
        elif first:
            self._select()(match)
        return self._select()

    def _open(self, line: HaproxyLine, keyword: str) -> None:
        line.condition = self.conditions.condition or ("template" if self.controls else None)
        section = Section(self.document.file, line, keyword)
        self.document.sections.append(section)
        self.section = section

    def _scope(self, match: re.Match[str]) -> None:
        found = _SCOPE.match(self.source.text, match.start(), match.end())
        if found is None or self.conditions.masked:
            return
        name, closed, rest = found[1], found[2], found[3]
        report = self.document.problems.append
        span = Span(self.source, found.start(1) - 1, found.end(2) if closed else found.end(1))
        self.document.scopes.append(span)
        if not closed or not _SCOPE_NAME.match(name):
            message = "a line that starts with '[' declares a scope, but this is not a scope name"
            report(Problem("section-header", span, message, "remove the line; haproxy.cfg needs no scopes"))
        elif rest and rest != "#":
            at = found.start(3)
            message = f"text follows the scope declaration '[{name}]'"
            report(Problem("section-header", Span(self.source, at, at + 1), message, "put it on a line of its own"))

    # -- the file as a whole

    def _whole_file(self) -> None:
        text, source = self.source.text, self.source
        problems = self.document.problems
        if _is_binary(text):
            message = "this is not UTF-8 text: every other character is NUL or it starts with a UTF-16 mark"
            span = Span(source, 0, text.find("\n") if "\n" in text else len(text))
            problems[:] = [Problem("nul-character", span, message, "save it as UTF-8")]
            return
        self._strays()
        if text.startswith("\ufeff"):
            message = "the file starts with a byte order mark, which haproxy reads as part of the first word"
            problems.insert(0, Problem("byte-order-mark", Span(source, 0, 1), message, "save it as UTF-8 without BOM"))
        if "\r" in text and "\n" not in text:
            at = text.index("\r")
            message = "the lines end with carriage returns only, so haproxy reads the file as a single line"
            span = Span(source, at, at + 1)
            problems[:] = [Problem("text-after-carriage-return", span, message, "save it with Unix line ends")]
        elif text and text[-1] != "\n":
            message = "the last line does not end with a newline; haproxy refuses the file as truncated"
            span = Span(source, len(text) - 1, len(text))
            problems.append(Problem("missing-final-newline", span, message, "end the last line with a newline"))

    def _strays(self) -> None:
        """One problem for all statements before the first section."""
        strays = self.document.stray
        if not strays:
            return
        first, last = strays[0], strays[-1]
        word = first.first_word
        near = suggest_section(word)
        message = f"'{word}' comes before any section"
        if len(strays) > 1:
            message = f"{len(strays)} statements come before any section, the first is '{word}'"
        advice = f"did you mean the section keyword '{near}'?" if near else (
            "put a section keyword before it: global, defaults, frontend, backend or listen"
        )  # fmt: skip
        certain = any(line.condition is None and not line.dynamic for line in strays)
        span = first.span if last is first else first.span.to(last.span)
        self.document.problems.append(Problem("text-outside-section", span, message, advice, certain=certain))


def _drop(match: re.Match[str]) -> None:
    """The line is in a branch that certainly does not apply."""


def _is_binary(text: str) -> bool:
    """UTF-16 or worse: one problem is enough then."""
    return text.startswith(("\udcff\udcfe", "\udcfe\udcff")) or text.count("\0") * 4 > len(text)
