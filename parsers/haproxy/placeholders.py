"""Words that are not final: marks of template languages, and variables that haproxy does not expand here."""

from __future__ import annotations

import re

from parsers.tree import Word

# Patterns for `re`, which compiles them for the first file that needs them.
# What makes a value depend on something outside the file when it is not protected by strong quotes: the marks of
# the usual template languages, and a shell-like variable (which haproxy itself expands in addresses, unquoted).
_TEMPLATE = r"\{\{|\}\}|\{%|%\}|<%|%>|__[A-Z][A-Z0-9_]*__|<[A-Za-z_][A-Za-z0-9_-]*+>|@[A-Z][A-Z0-9_]*+@"
_PLACEHOLDER = _TEMPLATE + r"|\$(?:\{[A-Za-z_]|[A-Za-z_](?<![A-Za-z0-9]\$.))"
_SPREADING = r"\{\{|\{%|<%"
_STRONG_PART = r"'[^']*+'"
_WEAK_PART = r'"(?:[^"\\]++|\\.)*+"'


def has_placeholder(text: str) -> bool:
    """Whether the text may hold any placeholder; quick for texts without one."""
    marks = ("$", "{{", "{%", "<", "__", "@")
    return any(mark in text for mark in marks) and re.search(_PLACEHOLDER, text) is not None


def mark_placeholders(words: list[Word]) -> None:
    """Mark the words that hold a placeholder; a template's braces make everything after them uncertain too."""
    spread = False
    for word in words:
        raw = word.source.text[word.start : word.end]
        if spread or (re.search(_PLACEHOLDER, raw) and (not word.quoted or _unprotected(raw))):
            word.dynamic = True
            spread = spread or re.search(_SPREADING, raw) is not None


def _unprotected(raw: str) -> bool:
    """Whether a placeholder of a quoted word is one: strong quotes protect all, weak ones resolve `$` themselves."""
    open_part = re.sub(_STRONG_PART, "", raw)
    return bool(re.search(_TEMPLATE, open_part) or re.search(_PLACEHOLDER, re.sub(_WEAK_PART, "", open_part)))
