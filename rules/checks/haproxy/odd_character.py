"""HA075: typographic quotes and invisible characters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

# Only people read them.
_FREE = frozenset(("description", "log-tag", "email-alert", "errorloc", "errorloc302", "errorloc303"))
_ONE_ARGUMENT = frozenset(("log-format", "log-format-sd", "unique-id-format", "error-log-format"))
_FREE_SECOND = frozenset(("comment", "realm", "desc", "return"))


@rule("HA075", "odd-character", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A typographic quote, a dash that is no '-', or an invisible character, such as word processors and web pages put
    in.

    Why it hurts: haproxy takes them for ordinary characters. A no-break space does not separate words, so the keyword
    behind it is unknown; typographic quotes do not hold words together, and a health check asks for the path with
    them: every server is DOWN (measured with 2.6.12). They can't be told apart on the screen.

    How to fix: type the character anew: `"`, `'`, `-` or a space.

    Silent when: it is in a comment, or in what only people read, such as `description`. It is an error where haproxy
    refuses the file: in a keyword, and in quotes around the words of a log format.
    """
    if all(document.source.text.isascii() for document in config.documents):
        return
    from rules.text.odd_characters import odd_character

    for section in config.sections:
        for line in section.directives:
            if line.keyword in _FREE or line.first_arg in _FREE_SECOND or line.line_text.isascii():
                continue
            for at, word in enumerate(line.words):
                match = odd_character().search(word.value)
                if match is not None and not word.dynamic:
                    yield _hit(line, at, word, match.group())
                    break


def _hit(line: HaproxyLine, at: int, word: Word, character: str) -> Hit:
    from parsers.source import Span
    from rules.text.odd_characters import REPLACED, code_point, how_to_fix, is_quote, odd_character

    found = word.span.text.find(character)
    span = Span(word.source, word.start + found, word.start + found + 1) if found >= 0 else word.span
    quoted = is_quote(character)
    split = len(odd_character().findall(word.value)) == 1 and line.keyword in _ONE_ARGUMENT
    refused = at == 0 or (quoted and split)
    # A value may be a password.
    where = (
        f"the keyword '{word.value.replace(character, f'<U+{ord(character):04X}>')}'"
        if at == 0
        else f"'{line.keyword}'"
    )
    outcome = "haproxy refuses the file" if refused else "haproxy takes it for an ordinary character"
    return Hit(
        span,
        f"{'a typographic quote, ' if quoted else ''}{code_point(character)} in {where}: {outcome}",
        help=f"replace this one and the closing one with {REPLACED[character]}" if quoted else how_to_fix(character),
        note=f"U+{ord(character):04X}",
        fix=partial(_fix, word, character, refused) if found >= 0 else None,
        severity=Severity.ERROR if refused else None,
    )


def _fix(word: Word, character: str, refused: bool) -> Fix | None:
    """The plain character; both, if they are the quotes around one word."""
    from rules.text.odd_characters import REPLACED, is_quote, odd_character

    marks = [match for match in odd_character().finditer(word.span.text) if match[0] == character]
    if is_quote(character):
        # Quotes that hold words together, or belong to a text in plain quotes, need a look.
        marks = list(odd_character().finditer(word.span.text))
        if len(marks) != 2 or word.span.text[:1] in "\"'" or REPLACED[marks[0][0]] != REPLACED[marks[1][0]]:
            return None
    places = [word.source.span(word.start + mark.start(), word.start + mark.end()) for mark in marks]
    steps = tuple(("write", place, REPLACED[mark[0]]) for place, mark in zip(places, marks, strict=True))
    return Fix("type the plain character", steps, safe=refused and not is_quote(character))
