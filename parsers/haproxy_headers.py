"""Section headers: the name, `from`, and what may not stand there."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

from parsers.haproxy_tree import Section
from parsers.source import Span
from parsers.tokens.haproxy import SECTION_KEYWORDS
from parsers.tree import Problem, Word

_PROXIES = frozenset(("frontend", "backend", "listen"))
_NAMELESS = frozenset(("global", "namespace_list", "traces"))
_NAME_OPTIONAL = frozenset(("defaults", "crt-store"))
# Further words after the name are ignored without a message there. Measured with haproxy 2.6.12.
_LENIENT = frozenset(("resolvers", "mailers", "http-errors", "ring", "namespace_list", "traces"))
# Any character may stand in the name there. Measured with haproxy 2.6.12.
_FREE_NAMES = frozenset(("cache", "defaults"))
_BAD_CHARACTER = re.compile(r"[^A-Za-z0-9_.:-]")


def suggest_section(word: str) -> str | None:
    """The section keyword that `word` looks like a misspelling of, or None."""
    if not 3 <= len(word) <= 20:
        return None
    near = get_close_matches(word.lower(), SECTION_KEYWORDS, n=1, cutoff=0.75)
    return near[0] if near else None


def check_header(section: Section, problems: list[Problem]) -> None:
    """Read the words of a header into its section, and report what haproxy refuses there."""
    words = list(section.header.words)
    keyword = section.keyword
    args = words[1:]
    certain = section.condition is None

    def report(span: Span, message: str, advice: str) -> None:
        problems.append(Problem("section-header", span, message, advice, certain=certain))

    if keyword in _NAMELESS:
        if args and keyword not in _LENIENT:
            report(_all(args), f"'{keyword}' takes no name, but '{args[0].value}' follows", "remove it")
        return
    if not args:
        if keyword not in _NAME_OPTIONAL:
            report(words[0].span, f"the section '{keyword}' has no name", f"write '{keyword} NAME'")
        return
    rest = args
    if not (keyword == "defaults" and args[0].value == "from" and len(args) > 1):
        section.name = args[0]
        rest = args[1:]
        _check_name(section, args[0], report)
    if rest and rest[0].value == "from" and (keyword in _PROXIES or keyword == "defaults"):
        if len(rest) == 1:
            report(
                rest[0].span, "'from' is not followed by the name of a 'defaults' section", "add it or remove 'from'"
            )
        else:
            section.from_name = rest[1]
        rest = rest[2:]
    section.extra_words = rest
    if rest and keyword != "defaults" and keyword not in _LENIENT and not any(word.dynamic for word in words):
        if keyword in _PROXIES:
            advice = f"an address goes on a line of its own: 'bind {rest[0].value}'"
        else:
            advice = "remove it, or put a '#' before it"
        report(_all(rest), f"'{rest[0].value}' follows the name of {section.label}", advice)


def _check_name(section: Section, name: Word, report: Callable[[Span, str, str], None]) -> None:
    bad = _BAD_CHARACTER.search(name.value)
    if bad is None or name.dynamic or section.keyword in _FREE_NAMES:
        return
    report(
        name.span,
        f"the character '{bad.group()}' may not stand in the name '{name.value}'",
        "use letters, digits and . : _ - only",
    )


def _all(words: list[Word]) -> Span:
    return words[0].span.to(words[-1].span)
