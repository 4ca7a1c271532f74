"""The pieces from which a line of keepalived.conf is taken apart, in the order in which the daemon does it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARKER = re.compile(r"\{\{|\{%")

# What precedes a comment or an unclosed quote: a backslash takes the next character with it, also in quotes.
CODE = re.compile(r'(?:[^"#!\\]++|\\[\s\S]|"(?:[^"\\]++|\\[\s\S])*+"|\\\Z)*+')
# Escaped comment signs outside quotes, of which keepalived drops the backslash.
ESCAPE = re.compile(r'"(?:[^"\\]++|\\[\s\S])*+"|\\(?P<sign>[#!])|\\[\s\S]')
# A placeholder @NAME@ at the start of a line, which would otherwise be a condition.
PLACEHOLDER = re.compile(r"@@?[A-Za-z_]\w*@@?(?=\s|\Z)", re.ASCII)

CONDITION = re.compile(r"@(?P<not>\^?)(?P<id>[^ \t]*)(?P<gap>[ \t]*)")
DEFINITION = re.compile(r"\$(?P<name>[A-Za-z_]\w*)=[ \t]*", re.ASCII)
BAD_DEFINITION = re.compile(r"\$(?P<name>[^\s=${}\"]+)[ \t]*=", re.ASCII)
REFERENCE = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<bare>[A-Za-z_]\w*)|\{(?P<other>[^{}\n\"]*)\})", re.ASCII)
INCLUDE = re.compile(r"include(?P<variant>[rmwba]?)(?=\s)[\s]*", re.ASCII)
BRACE = re.compile(r'"[^"]*"|(?P<brace>[{}])|(?P<open>")')


def markers(text: str) -> Iterator[tuple[int, int]]:
    """Where `{{ ... }}` and `{% ... %}` of template languages stand in one line.

    `{%` may be closed on a later line, and then takes the rest of this one; `{{` without `}}` is just braces.
    """
    at = 0
    closed = True
    while (match := _MARKER.search(text, at)) is not None:
        start = match.start()
        braces = match[0] == "{{"
        end = text.find("}}" if braces else "%}", start + 2) if closed or not braces else -1
        if end >= 0:
            at = end + 2
            yield start, at
        elif braces:
            closed = False
            at = start + 2
        else:
            yield start, len(text)
            return
