"""The command line of halb-lint, and what both commands share."""

from __future__ import annotations

from rules.faces import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rules.command.errors import UsageError
    from rules.command.guard import Program, guarded, launch
    from rules.command.on_demand.explain import explanation
    from rules.command.options import (
        CONFIG_NAME,
        Parser,
        add_asking,
        ca_file,
        nearest_config,
        one_of,
        resolvers,
        seconds,
        wants_color,
    )
    from rules.command.streams import write_notes, write_results

__all__ = [
    "CONFIG_NAME",
    "Parser",
    "Program",
    "UsageError",
    "add_asking",
    "ca_file",
    "explanation",
    "guarded",
    "launch",
    "nearest_config",
    "one_of",
    "resolvers",
    "seconds",
    "wants_color",
    "write_notes",
    "write_results",
]

__getattr__ = lazily(
    __name__,
    {
        "errors": "UsageError",
        "on_demand.explain": "explanation",
        "guard": "Program guarded launch",
        "options": "CONFIG_NAME Parser add_asking ca_file nearest_config one_of resolvers seconds wants_color",
        "streams": "write_notes write_results",
    },
)
