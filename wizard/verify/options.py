"""What a verification is asked to do, and how it shows what it saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rules.live import NameServer


class VerifyOptions(Protocol):
    """The options of `halb-wizard verify`; times are in seconds, `resolvers` None stands for this machine's."""

    @property
    def path(self) -> Path | None:
        """The halb.toml; never None here."""

    @property
    def phase(self) -> str | None:
        """The phase to judge, None for the plan's."""

    @property
    def resolvers(self) -> tuple[NameServer, ...] | None:
        """Whom to ask about the name."""

    @property
    def timeout(self) -> float:
        """How long one look may take."""

    @property
    def ca_file(self) -> str | None:
        """A file of certificates to verify the servers with."""

    @property
    def watch(self) -> bool:
        """Whether to look until all is passed."""

    @property
    def interval(self) -> float:
        """Between two looks."""

    @property
    def format(self) -> str:
        """`text` or `json`."""

    @property
    def color(self) -> bool:
        """Whether to use colours."""
