"""Text for a shell, as `sh -c` gets it: simple commands, joined by `&&`, `||`, `;` and pipes.

Only what checks are made of. Compound commands (`if`, `while`, `( )`, `{ }`, functions) are not read: None.
"""

from __future__ import annotations

import re
from functools import cache

from parsers.records import NamedTuple

_PATTERN = (
    r"(?P<space>(?:[ \t\r\f\v]|\\\n)++)|(?P<newline>\n)|(?P<comment>\#[^\n]*+)"
    r"|(?P<redirect>\d{0,4}(?:&>>?|>>|>&|<&|<<<|<<|<>|>\||>|<)|&>>?)"
    r"|(?P<join>&&|\|\||;|\|&?|&)|(?P<paren>[()])"
    r"|'(?P<single>[^']*+)'|\"(?P<double>(?:[^\"\\]++|\\[\s\S])*+)\"|\\(?P<escape>[\s\S])"
    r"|(?P<tick>`[^`]*+`)|(?P<open>\$\()|(?P<dollar>\$(?:\{[^}]*+\}|\w++|[?!#$@*-])?)"
    r"|(?P<plain>[^\s'\"\\|&;<>()`$\#]++)|(?P<hash>\#)|(?P<bad>[\s\S])"
)
_COMPOUND = frozenset(
    ("if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "function", "select")
)
_GROUP = frozenset(("{", "}", "[["))


@cache
def _compiled() -> re.Pattern[str]:
    return re.compile(_PATTERN)


class SimpleCommand(NamedTuple):
    """One command: its words without quotes, and its redirections as (operator, target).

    `computed`: a word holds `$NAME`, `$(...)` or backticks, which stay as they are written.
    """

    words: tuple[str, ...]
    redirects: tuple[tuple[str, str], ...] = ()
    computed: bool = False


class ShellStep(NamedTuple):
    """A pipeline, and when it runs: after `&&`, `||` or (for ";" and the first one) in any case.

    `negated`: it begins with `!`.
    """

    join: str
    pipeline: tuple[SimpleCommand, ...]
    negated: bool = False


class _Reader:
    def __init__(self) -> None:
        self.steps: list[ShellStep] = []
        self.join = ";"
        self.pipeline: list[SimpleCommand] = []
        self.words: list[str] = []
        self.redirects: list[tuple[str, str]] = []
        self.computed = False
        self.parts: list[str] | None = None  # of the word that is being read
        self.pending = ""  # a redirection without its target
        self.negated = False
        self.wrong = False

    def add(self, text: str, computed: bool = False) -> None:
        if self.parts is None:
            self.parts = []
        self.parts.append(text)
        self.computed = self.computed or computed

    def end_word(self) -> None:
        if self.parts is None:
            return
        word, self.parts = "".join(self.parts), None
        if self.pending:
            self.redirects.append((self.pending, word))
            self.pending = ""
        elif word == "!" and not self.words and not self.pipeline:
            self.negated = not self.negated
        elif not self.words and (word in _COMPOUND or word in _GROUP):
            self.wrong = True
        else:
            self.words.append(word)

    def end_command(self) -> None:
        self.end_word()
        if self.pending:
            self.wrong = True
        if self.words or self.redirects:
            self.pipeline.append(SimpleCommand(tuple(self.words), tuple(self.redirects), self.computed))
        self.words, self.redirects, self.computed = [], [], False

    def end_step(self, join: str) -> None:
        self.end_command()
        if self.pipeline:
            self.steps.append(ShellStep(self.join, tuple(self.pipeline), self.negated))
        elif join in ("&&", "||"):
            self.wrong = True
        self.pipeline, self.negated, self.join = [], False, join


def read_shell(text: str) -> tuple[ShellStep, ...] | None:
    """The steps of a shell text; None if it has a syntax error or something that is not read here."""
    token = _compiled()
    reader, at = _Reader(), 0
    while at < len(text) and not reader.wrong:
        match = token.match(text, at)
        assert match is not None
        at = match.end()
        kind, value = match.lastgroup, match.group()
        if kind == "redirect" and value[0].isdigit() and reader.parts is not None:
            # `a2>` is the word `a2`, and then `>`.
            digits = len(value) - len(value.lstrip("0123456789"))
            reader.add(value[:digits])
            value = value[digits:]
        if kind == "plain" and value.isdigit() and reader.parts is None and text[at : at + 1] in ("<", ">"):
            continue  # the number of a redirection
        if kind == "comment" and reader.parts is not None:
            reader.add("#")
            at = match.start() + 1
        elif kind in ("space", "comment"):
            reader.end_word()
        elif kind == "open":
            end = _closing(text, at)
            if end is None:
                return None
            reader.add(text[match.start() : end], computed=True)
            at = end
        elif not _take(reader, kind, value, match):
            return None
    reader.end_step("")
    return None if reader.wrong else tuple(reader.steps)


def _take(reader: _Reader, kind: str | None, value: str, match: re.Match[str]) -> bool:
    """One token; False if it can't be read."""
    match kind:
        case "newline":
            reader.end_step(";")
        case "redirect":
            reader.end_word()
            if reader.pending:
                return False
            reader.pending = value.lstrip("0123456789")
        case "join":
            if value.startswith("|") and value != "||":
                reader.end_command()
                return bool(reader.pipeline)
            reader.end_step(";" if value == "&" else value)
            return value != "&"
        case "single":
            reader.add(match["single"])
        case "double":
            inner = match["double"]
            reader.add(re.sub(r"\\([\"\\$`\n])", r"\1", inner), computed="$" in inner or "`" in inner)
        case "escape":
            reader.add(match["escape"])
        case "tick" | "dollar":
            reader.add(value, computed=True)
        case "plain" | "hash":
            reader.add(value)
        case _:
            return False
    return True


def _closing(text: str, at: int) -> int | None:
    """Where a `$(` ends that is open at this place; quotes inside are not looked at."""
    depth = 1
    for match in re.compile(r"[()]").finditer(text, at):
        depth += 1 if match.group() == "(" else -1
        if not depth:
            return match.end()
    return None
