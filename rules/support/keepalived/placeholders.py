"""Text that was meant to be replaced before the file was installed."""

from __future__ import annotations

import re
from functools import cache

# Markers of template languages: never part of an intended value.
# Longer ones are not markers, and the bounds keep a line full of braces from taking quadratic time.
_MARKER = r"\{\{[^\n]{0,200}?\}\}|\{%[^\n]{0,200}?%\}|\{#[^\n]{0,200}?#\}|<%[^\n]{0,200}?%>"
_ANGLE = r"<-*+[A-Za-z_][^<>@|&;\n]*+>"
_PERCENT = r"%[A-Za-z_]\w*+%"
_AT = r"@@?[A-Za-z_]\w*+@@?(?!\S)"
_UNDERLINED = r"(?<!\w)__[A-Za-z]\w*?__(?!\w)"
_WORDS = (
    r"(?<![A-Za-z0-9])(?i:(?:change|replace|fill|edit)[_-]?(?:me|this|it)(?![A-Za-z])|your[_-][a-z][\w-]*+|fixme(?![A-Za-z]))"
    r"|(?<![A-Za-z0-9_])(?:CHANGE|REPLACE|YOUR|TODO|FIXME|INSERT)_[A-Z][A-Z0-9_]*+"
)
# Four parts, at least one with an x: 192.168.1.x, x.x.x.x, XXX.XXX.XXX.XXX.
_DOTTED = r"(?<![\w.])(?=[\d.]*+[xX])(?:\d{1,3}|[xX]{1,3})(?:\.(?:\d{1,3}|[xX]{1,3}|\d{1,2}[xX]{1,2})){3}(?![\w.])"
_VARIABLE = r"\$\{[A-Za-z_][^{}\n]*+\}"

# Without one of these no pattern can match, so none has to be compiled: the usual case.
_TRIGGERS = (
    *("<", "%", "{{", "{%", "{#", "@", "__", "$", ".x", "x."),
    *("change", "replace", "fill", "edit", "your", "fixme", "todo", "insert"),
)


@cache
def _any() -> re.Pattern[str]:
    return re.compile("|".join((_MARKER, _ANGLE, _PERCENT, _AT, _UNDERLINED, _WORDS, _DOTTED, _VARIABLE)))


@cache
def _in_command() -> re.Pattern[str]:
    """In a command, `$X` and `${X}` are the shell's, and `<a >b` may be redirections."""
    return re.compile("|".join((_MARKER, r"<-*+[A-Za-z_][\w.-]*+>", _WORDS, _DOTTED)))


def _has_trigger(text: str) -> bool:
    lower = text.lower()
    return any(trigger in lower for trigger in _TRIGGERS)


def placeholder(text: str, command: bool = False) -> re.Match[str] | None:
    """The first placeholder in the text, or None; `command` for text that a program or a shell reads."""
    if not _has_trigger(text):
        return None
    return (_in_command() if command else _any()).search(text)


def is_placeholder(text: str) -> bool:
    """Whether the whole text is a placeholder, as a password must be to count as one."""
    match = placeholder(text)
    return match is not None and match.span() == (0, len(text))


def may_have_placeholders(text: str) -> bool:
    """Whether the words of a file need checking: false for nearly every valid file."""
    return "$" in text or placeholder(text) is not None


def is_template_marker(text: str) -> bool:
    """Whether the text is a marker of a template language (`{{ x }}`, `{% if %}`, `<%= x %>`)."""
    return re.match(_MARKER, text) is not None
