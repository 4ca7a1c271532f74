"""The secrets of texts that are neither daemon's: TOML, YAML, shell scripts, documents."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from parsers.secrets.lazy import lazy
from parsers.secrets.names import telling
from parsers.secrets.pieces import Place
from parsers.secrets.shapes import literals
from parsers.secrets.texts import text_places

_SETTING = lazy(
    r"^[ \t]*(?:[-#][ \t]*)?(?:export[ \t]+)?[\"']?([A-Za-z_][\w.-]*)[\"']?[ \t]*[:=][ \t]*(\S[^\n]*)", re.MULTILINE
)


def plain_places(text: str, plain: Collection[str] = ()) -> Iterator[Place]:
    """The secret stretches of a text: `name = value`, `name: value` by the name, and what shows anywhere.

    `plain` are names whose values may be seen, however they sound.
    """
    for match in _SETTING().finditer(text):
        name = match[1]
        if telling(name) and name not in plain and not _harmless(match[2]):
            yield from literals(text, *match.span(2))
    yield from text_places(text, lambda word: False, "#", prose=True)


def _harmless(value: str) -> bool:
    """Whether a value is a switch, a small number, or a path."""
    return re.fullmatch(r"(?:true|false|yes|no|\d{1,3}|[\"']?/[a-z0-9_./-]+[\"']?)[ \t]*", value) is not None
