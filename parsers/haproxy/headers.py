"""Section headers: what haproxy refuses there, and misspelled ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from parsers.haproxy.sections import PROXIES, Section
from parsers.keywords.haproxy import NAMELESS_SECTIONS, OPTIONAL_NAME_SECTIONS, section_keywords
from parsers.misspelling import closest
from parsers.source import Span
from parsers.tree import Problem, Word

# Further words after the name are ignored without a message there. Measured with haproxy 2.6.12.
_LENIENT = frozenset(("resolvers", "mailers", "http-errors", "ring", "namespace_list", "traces"))
# Any character is allowed in the name there. Measured with haproxy 2.6.12.
_FREE_NAMES = frozenset(("cache", "defaults"))
_NAME = r"[ \t]++(?!from\b)[A-Za-z0-9_.:-]++"
_SIMPLE = re.compile(
    rf"[ \t]*+(?:global|defaults|(?:defaults|frontend|backend|listen){_NAME}(?:[ \t]++from{_NAME})?+"
    rf"|(?:userlist|peers|resolvers|cache){_NAME})[ \t]*+(?:#[^\0\n]*+)?+\r?+\n?+\Z"
)
_BAD_CHARACTER = re.compile(r"[^A-Za-z0-9_.:-]")


def suggest_section(word: str) -> str | None:
    """The section keyword that `word` looks like a misspelling of, or None."""
    return closest(word, sorted(section_keywords())) or None


def is_simple(match: re.Match[str]) -> bool:
    """Whether a header line has nothing to complain about, judged without splitting it."""
    return _SIMPLE.match(match.string, match.start(), match.end()) is not None


def check_header(section: Section, problems: list[Problem]) -> None:
    """Report what haproxy refuses in the header of a section."""
    words = section.header.words
    keyword = section.keyword
    layout = section.layout
    certain = section.condition is None

    def report(span: Span, message: str, advice: str) -> None:
        problems.append(Problem("section-header", span, message, advice, certain=certain))

    if keyword in NAMELESS_SECTIONS:
        if layout.extra and keyword not in _LENIENT:
            report(_all(layout.extra), f"'{keyword}' takes no name, but '{layout.extra[0].value}' follows", "remove it")
        return
    if layout.name is not None:
        _check_name(section, layout.name, report)
    elif keyword not in OPTIONAL_NAME_SECTIONS:
        report(words[0].span, f"the section '{keyword}' has no name", f"write '{keyword} NAME'")
    if layout.from_word is not None and layout.from_name is None:
        message = "'from' is not followed by the name of a 'defaults' section"
        report(layout.from_word.span, message, "add it or remove 'from'")
    extra = layout.extra
    if extra and keyword != "defaults" and keyword not in _LENIENT and not any(word.dynamic for word in words):
        advice = "remove it, or put a '#' before it"
        if keyword in PROXIES:
            advice = f"an address goes on a line of its own: 'bind {extra[0].value}'"
        report(_all(extra), f"'{extra[0].value}' follows the name of {section.label}", advice)


def _check_name(section: Section, name: Word, report: Callable[[Span, str, str], None]) -> None:
    bad = _BAD_CHARACTER.search(name.value)
    if bad is None or name.dynamic or section.keyword in _FREE_NAMES:
        return
    report(
        name.span,
        f"the character '{bad.group()}' is not allowed in the name '{name.value}'",
        "use letters, digits and . : _ - only",
    )


def _all(words: Sequence[Word]) -> Span:
    return words[0].span.to(words[-1].span)
