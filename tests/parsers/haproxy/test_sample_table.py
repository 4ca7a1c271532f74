"""The table of sample fetches, converters and ACL keywords, and its reader."""

from __future__ import annotations

import pytest

from parsers.keywords.haproxy import KeywordBlock
from parsers.keywords.haproxy_samples import arguments, sample_table, stands_for, usable

TABLE = sample_table()


@pytest.mark.parametrize(
    ("block", "name", "version", "status"),
    [
        (TABLE.fetches, "src", None, "accepted"),
        (TABLE.fetches, "Src", None, "unknown"),
        (TABLE.fetches, "base32+src", "2.6", "accepted"),
        (TABLE.fetches, "bc_rtt", "2.6", "unknown"),
        (TABLE.fetches, "bc_rtt", "2.7", "accepted"),
        (TABLE.fetches, "bc_rtt", "2.8.3", "accepted"),
        (TABLE.fetches, "bc_setting_streams_limit", "3.4", "unknown"),
        (TABLE.fetches, "lua.anything", "2.6", "accepted"),
        (TABLE.fetches, "ssl_of_the_future", "2.6", "accepted"),
        (TABLE.fetches, "hdr_dom", None, "unknown"),
        (TABLE.acls, "hdr_dom", "2.6", "accepted"),
        (TABLE.converters, "lower", None, "accepted"),
        (TABLE.converters, "reverse", "3.2", "unknown"),
        (TABLE.converters, "reverse", "3.5-dev5", "accepted"),
        (TABLE.matches, "beg", None, "accepted"),
        (TABLE.matches, "begin", None, "unknown"),
        (TABLE.flags, "-i", None, "accepted"),
        (TABLE.aliases, "ci", None, "accepted"),
        (TABLE.aliases, "OG", "3.0", "unknown"),
    ],
)
def test_names(block: KeywordBlock, name: str, version: str | None, status: str) -> None:
    assert block.status(name, version) == status


def test_details() -> None:
    field, src, method = (
        TABLE.converters.entries["field"], TABLE.fetches.entries["src"], TABLE.acls.entries["hdr_dom"]
    )  # fmt: skip
    assert arguments(field) == (2, 3)
    assert arguments(src) == (0, 0)
    assert arguments(TABLE.fetches.entries["nbsrv"]) == (0, 1)  # without one, it is the proxy's own
    assert usable(src) & 1
    assert not usable(TABLE.fetches.entries["res.hdr"]) & 1
    assert stands_for(method) == "req.hdr"
