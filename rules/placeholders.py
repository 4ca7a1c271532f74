"""Text that somebody meant to replace before the file went to the machine."""

from __future__ import annotations

import re

# Markers of template languages: never part of a value that is meant.
_MARKER = r"\{\{[^\n]*?\}\}|\{%[^\n]*?%\}|\{#[^\n]*?#\}|<%[^\n]*?%>"
_ANGLE = r"<-*+[A-Za-z_][^<>@|&;\n]*+>"
_PERCENT = r"%[A-Za-z_]\w*+%"
_AT = r"@@?[A-Za-z_]\w*+@@?(?!\S)"
_UNDERLINED = r"(?<!\w)__[A-Za-z]\w*?__(?!\w)"
_WORDS = (
    r"(?<![A-Za-z0-9])(?i:(?:change|replace|fill|edit)[_-]?(?:me|this|it)(?![A-Za-z])|your[_-][a-z][\w-]*+|fixme(?![A-Za-z]))"
    r"|(?<![A-Za-z0-9_])(?:CHANGE|REPLACE|YOUR|TODO|FIXME|INSERT)_[A-Z][A-Z0-9_]*+"
)
# Four parts with an x among them: 192.168.1.x, x.x.x.x, XXX.XXX.XXX.XXX.
_DOTTED = r"(?<![\w.])(?=[\d.]*+[xX])(?:\d{1,3}|[xX]{1,3})(?:\.(?:\d{1,3}|[xX]{1,3}|\d{1,2}[xX]{1,2})){3}(?![\w.])"
_VARIABLE = r"\$\{[A-Za-z_][^{}\n]*+\}"

_ANY = re.compile("|".join((_MARKER, _ANGLE, _PERCENT, _AT, _UNDERLINED, _WORDS, _DOTTED, _VARIABLE)))
# In a command, `$X` and `${X}` are the shell's, and `<a >b` may be redirections.
_IN_COMMAND = re.compile("|".join((_MARKER, r"<-*+[A-Za-z_][\w.-]*+>", _WORDS, _DOTTED)))
_TEMPLATE = re.compile(_MARKER)


def placeholder(text: str, command: bool = False) -> re.Match[str] | None:
    """The first placeholder in the text, or None; `command` for text that a program or a shell will read."""
    return (_IN_COMMAND if command else _ANY).search(text)


def is_template_marker(text: str) -> bool:
    """Whether the text is a marker of a template language (`{{ x }}`, `{% if %}`, `<%= x %>`)."""
    return _TEMPLATE.match(text) is not None
