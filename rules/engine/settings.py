"""The choices of a run that rules may look at."""

from __future__ import annotations

from typing import NamedTuple


class RuleSettings(NamedTuple):
    """What the user told the linter beyond the files.

    `haproxy_version` and `keepalived_version` are release strings ("2.8", "2.2.7") to judge
    keywords by, or None: then a keyword counts as known when any supported version knows it.
    """

    haproxy_version: str | None = None
    keepalived_version: str | None = None
