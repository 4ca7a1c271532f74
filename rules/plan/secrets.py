"""Where the secrets are in the text of a halb.toml, one that can't be read too."""

from __future__ import annotations

from functools import cache

from parsers.secrets.plain import plain_places
from parsers.secrets.texts import merged
from parsers.source import Source, Span
from rules.plan.schema import every_key


@cache
def _plain() -> frozenset[str]:
    """The keys whose values may be seen."""
    return frozenset(key.name for key in every_key() if not key.secret)


def plan_secrets(source: Source) -> list[Span]:
    """The secret stretches, in order: passwords wherever they are, comments and unknown keys included."""
    return [source.span(*place) for place in merged(plain_places(source.text, _plain()))]
