"""Sample fetches, converters, ACL keywords and log-format aliases by release: read from `haproxy_samples.txt`."""

from __future__ import annotations

from functools import lru_cache

from parsers.keywords import table_text
from parsers.keywords.haproxy import HaproxyKeyword, HaproxyTable, KeywordBlock


class SampleTable:
    """The blocks of the table; each is read when it is first asked for."""

    def __init__(self, text: str) -> None:
        self._table = HaproxyTable(text)
        self.versions = self._table.versions

    def _block(self, title: str) -> KeywordBlock:
        block = self._table.block(title)
        assert block is not None
        return block

    @property
    def fetches(self) -> KeywordBlock:
        """Sample fetches: see `usable` and `arguments`."""
        return self._block("fetches")

    @property
    def converters(self) -> KeywordBlock:
        """Converters: see `arguments`."""
        return self._block("converters")

    @property
    def acls(self) -> KeywordBlock:
        """Keywords that only ACL expressions have: see `stands_for`."""
        return self._block("acls")

    @property
    def matches(self) -> KeywordBlock:
        """The words after `-m`."""
        return self._block("matches")

    @property
    def flags(self) -> KeywordBlock:
        """The options of an ACL expression."""
        return self._block("flags")

    @property
    def aliases(self) -> KeywordBlock:
        """What follows `%` in a log format."""
        return self._block("aliases")


def usable(fetch: HaproxyKeyword) -> int:
    """Where any known release can use a fetch: bit 0 is the first column of `haproxy -dKall`."""
    return int(fetch.setting("use=") or "-1", 16)


def arguments(entry: HaproxyKeyword) -> tuple[int, int]:
    """The least and the greatest number of arguments that any known release accepts."""
    least, _, most = entry.setting("takes=").partition("-")
    return (int(least), int(most)) if most else (0, 0)


def stands_for(acl: HaproxyKeyword) -> str:
    """The fetch that an ACL keyword uses: `req.hdr` for `hdr_dom`."""
    return acl.setting("for=")


@lru_cache(1)
def sample_table() -> SampleTable:
    """The table that comes with the package."""
    return SampleTable(table_text("haproxy_samples.txt"))
