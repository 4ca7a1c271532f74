"""What a verification is asked to do, and how it shows what it saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rules.live import NameServer


class VerifyOptions(NamedTuple):
    """`halb-wizard verify`: the halb.toml, whom to ask, and how to show it. Times are in seconds.

    `resolvers` None stands for this machine's, `phase` None for the plan's.
    """

    path: Path | None = None
    watch: bool = False
    interval: float = 5.0
    timeout: float = 3.0
    format: str = "text"
    resolvers: tuple[NameServer, ...] | None = None
    ca_file: str | None = None
    phase: str | None = None
    color: bool = False
