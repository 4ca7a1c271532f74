"""Control lines of template languages inside a haproxy.cfg: what is between them may or may not apply."""

from __future__ import annotations

import re

# Compiled by `re` when a file has such lines.
_CONTROL = (
    r"(?m)^[ \t]*+(?:\{%[-+]?[ \t]*+(?:(?P<open>if|for|block|macro|call|filter|raw)|(?P<close>end\w+)|\w++)"
    r"|\{\{-?[ \t]*+(?:(?P<open2>if|range|with|block|define)|(?P<close2>end)|(?:else|template|include))\b"
    r"|<%-?(?!=)[ \t]*+(?:(?P<close3>end\b|\})|(?P<open3>[^\n%]*+(?:%(?!>)[^\n%]*+)*+(?=%>))))"
)


def control_lines(text: str) -> dict[int, int]:
    """Start offsets of template control lines (Jinja, Go, ERB), with how they change the nesting depth."""
    lines: dict[int, int] = {}
    if "{%" not in text and "{{" not in text and "<%" not in text:
        return lines
    for found in re.finditer(_CONTROL, text):
        if found["open"] or found["open2"] or found["open3"]:
            lines[found.start()] = 1
        elif found["close"] or found["close2"] or found["close3"]:
            lines[found.start()] = -1
        else:
            lines[found.start()] = 0
    return lines
