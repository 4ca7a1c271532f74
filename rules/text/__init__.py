"""Words: how texts are worded, clipped and suggested. Knows nothing of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.text.suggestions import closest, hint
    from rules.text.wording import clipped, counted, listed, seconds, socket_name

__all__ = [
    "clipped",
    "closest",
    "counted",
    "hint",
    "listed",
    "seconds",
    "socket_name",
]

__getattr__ = lazily(
    __name__,
    {
        "suggestions": "closest hint",
        "wording": "clipped counted listed seconds socket_name",
    },
)
