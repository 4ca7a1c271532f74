"""Sample fetches, converters, ACL keywords and log-format aliases by release: read from `haproxy_samples.txt`."""

from __future__ import annotations

from functools import lru_cache

from parsers.keywords import table_text
from parsers.keywords.haproxy import HaproxyKeyword, HaproxyTable, KeywordBlock, near_releases
from parsers.records import NamedTuple


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
        """Sample fetches: see `usable`, `signatures` and `types`."""
        return self._block("fetches")

    @property
    def converters(self) -> KeywordBlock:
        """Converters: see `signatures`, `types` and `wanted_types`."""
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


class Signature(NamedTuple):
    """The arguments that a fetch or converter takes: a letter each, and how many of them have to be there.

    s text, i number, b backend, f frontend, v server, t stick table, u userlist, r regular expression, m and M masks of
    IPv4 and IPv6, a and A addresses, p the number of a field in protocol buffers.
    """

    letters: str
    least: int


def signatures(entry: HaproxyKeyword, version: str | None) -> tuple[Signature, ...]:
    """What the release takes (None: each known release); several when it is between two known releases."""
    found = []
    for text in _by_release(entry, "takes=", version):
        required, _, optional = text.partition("-")
        found.append(Signature(required + optional, len(required)))
    return tuple(found)


def types(entry: HaproxyKeyword, version: str | None) -> tuple[str, ...]:
    """The types that a fetch or converter gives: bool, sint, str, bin, ipv4, ipv6, addr, meth, any, same."""
    return _by_release(entry, "is=", version)


def wanted_types(converter: HaproxyKeyword, version: str | None) -> tuple[str, ...]:
    """The types that a converter takes."""
    return _by_release(converter, "from=", version)


def usable(fetch: HaproxyKeyword, version: str | None = None) -> int:
    """Where the release, or any known one, can use a fetch: bit 0 is the first column of `haproxy -dKall`."""
    found = 0
    for text in _by_release(fetch, "use=", version):
        found |= int(text or "-1", 16)
    return found


def stands_for(acl: HaproxyKeyword) -> str:
    """The fetch that an ACL keyword uses: `req.hdr` for `hdr_dom`."""
    return acl.setting("for=")


def match_method(acl: HaproxyKeyword) -> str:
    """The match method that an ACL keyword has: `dom` for `hdr_dom`."""
    return acl.setting("by=")


def _by_release(entry: HaproxyKeyword, word: str, version: str | None) -> tuple[str, ...]:
    first, *later = entry.setting(word).split(";")
    if not later:
        return tuple(first.split("/"))
    changes = [("", first), *zip(later[::2], later[1::2], strict=True)]
    table = sample_table().versions
    known = [table[at] for at in near_releases(version, table)]
    found = []
    for release in known:
        # Releases are in the order of the table, and so are changes.
        at = table.index(release)
        found += [value for since, value in changes if not since or table.index(since) <= at][-1].split("/")
    return tuple(dict.fromkeys(found))


@lru_cache(1)
def sample_table() -> SampleTable:
    """The table that comes with the package."""
    return SampleTable(table_text("haproxy_samples.txt"))
