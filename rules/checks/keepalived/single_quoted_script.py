"""KA046: a single quote that keepalived never sees closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.source import Span

_OPEN = r"""(?:[^'"\\]++|\\.|"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+')*+'"""


@rule("KA046", "single-quoted-script", Severity.ERROR, Scope.KEEPALIVED, words=("'",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A command in single quotes with a `#`, `!`, `{` or `}` in it.

    Why it hurts: only double quotes protect these signs. keepalived cuts the line there, misses the closing quote, and
    ends with a segmentation fault, at the start as well as in `keepalived -t` (measured with 2.2.7).

    How to fix: double quotes around the command; single quotes may be used inside of them.

    Silent when: the single quotes hold none of these signs, or are inside double quotes.
    """
    from rules.support.keepalived.lines import places

    for place in places(config.document):
        line, keyword = place.line, place.keyword
        text = getattr(line, "text", None)
        if keyword is None or keyword.kind != "script" or text is None or "'" not in text or not line.args:
            continue
        if re.fullmatch(_OPEN, _up_to_open(text)) is None:
            continue
        yield Hit(
            line.args[0].span,
            f"the single quote of '{line.keyword}' is cut off by a '#', '!', '{{' or '}}': keepalived 2.2.7 crashes",
            help=f'put the command in double quotes: {line.keyword} "..."',
            note="never closed",
            fix=partial(_fix, line.args[0].span),
        )


def _up_to_open(text: str) -> str:
    """The text up to the last single quote, if that one is open."""
    match = re.match(_OPEN, text)
    rest = text[match.end() :] if match is not None else "'"
    return match.group() if match is not None and "'" not in rest else ""


def _fix(span: Span) -> Fix | None:
    text = span.source.text
    quoted = re.compile(r"'([^'\"\\\r\n]*)'(?=\s|$)").match(text, span.start)
    if quoted is None:
        return None
    return Fix.write(span.source.span(span.start, quoted.end()), f'"{quoted[1]}"', "put the command in double quotes")
