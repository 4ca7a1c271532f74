"""The settings of a run that rules may use."""

from __future__ import annotations

from parsers.records import NamedTuple


class RuleSettings(NamedTuple):
    """What the user set beyond the files.

    `haproxy_version` and `keepalived_version` are release strings ("2.8", "2.2.7") to check keywords against, or None:
    then a keyword counts as known if any supported version has it.
    """

    haproxy_version: str | None = None
    keepalived_version: str | None = None
