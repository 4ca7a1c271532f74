"""The command line of halb-lint, and what both commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.command.explain import explanation
    from rules.command.guard import Program, finish, guarded
    from rules.command.options import (
        CONFIG_NAME,
        Parser,
        UsageError,
        add_asking,
        ca_file,
        nearest_config,
        one_of,
        resolvers,
        seconds,
        wants_color,
    )

__all__ = [
    "CONFIG_NAME",
    "Parser",
    "Program",
    "UsageError",
    "add_asking",
    "ca_file",
    "explanation",
    "finish",
    "guarded",
    "nearest_config",
    "one_of",
    "resolvers",
    "seconds",
    "wants_color",
]

__getattr__ = lazily(
    __name__,
    {
        "explain": "explanation",
        "guard": "Program finish guarded",
        "options": (
            "CONFIG_NAME Parser UsageError add_asking ca_file nearest_config one_of resolvers seconds wants_color"
        ),
    },
)
