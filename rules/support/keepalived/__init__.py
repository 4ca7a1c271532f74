"""What several rules on keepalived.conf share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.support.keepalived.lines import LinePlace, places
    from rules.support.keepalived.placeholders import is_placeholder
    from rules.support.keepalived.unknown import unknown_lines

__all__ = [
    "LinePlace", "is_placeholder", "places", "unknown_lines",
]  # fmt: skip

__getattr__ = lazily(
    __name__,
    {
        "lines": "LinePlace places",
        "placeholders": "is_placeholder",
        "unknown": "unknown_lines",
    },
)
