"""The table of sample fetches, converters and ACL keywords, and its reader."""

from __future__ import annotations

import pytest

from parsers.keywords.haproxy import KeywordBlock
from parsers.keywords.haproxy_samples import (
    Signature,
    sample_table,
    signatures,
    stands_for,
    types,
    usable,
    wanted_types,
)

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
        (TABLE.fetches, "ssl_of_the_future", "2.6", "unknown"),
        (TABLE.fetches, "ssl_fc_ech_status", "3.4", "accepted"),
        (TABLE.fetches, "ssl_ocsp_status", "3.0", "unknown"),
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
    fetches, converters = TABLE.fetches.entries, TABLE.converters.entries
    assert signatures(converters["field"], None) == (Signature("isi", 2),)
    assert signatures(fetches["src"], None) == (Signature("", 0),)
    assert signatures(fetches["nbsrv"], "2.6") == (Signature("b", 1),)  # without one, it is the proxy's own
    assert types(fetches["req.hdr"], "3.0") == ("str",)
    assert (types(converters["b64dec"], None), wanted_types(converters["b64dec"], None)) == (("bin",), ("str",))
    assert usable(fetches["src"]) & 1
    assert not usable(fetches["res.hdr"]) & 1
    assert stands_for(TABLE.acls.entries["hdr_dom"]) == "req.hdr"


@pytest.mark.parametrize(
    ("version", "takes", "gives"),
    [
        ("2.6.12", (Signature("ii", 1),), ("ipv4",)),
        ("2.8", (Signature("ii", 1),), ("ipv4",)),
        ("2.9", (Signature("ii", 1), Signature("ss", 1)), ("ipv4", "addr")),
        ("3.2", (Signature("ss", 1),), ("addr",)),
        ("9.9", (Signature("ss", 1),), ("addr",)),
        (None, (Signature("ii", 1), Signature("ss", 1)), ("ipv4", "addr")),
    ],
)
def test_what_changed(version: str | None, takes: tuple[Signature, ...], gives: tuple[str, ...]) -> None:
    """Between two known releases, both may be right."""
    assert signatures(TABLE.converters.entries["bytes"], version) == takes
    assert types(TABLE.fetches.entries["src"], version) == gives


def test_what_changed_between_two_patches() -> None:
    assert usable(TABLE.fetches.entries["bs.id"], "3.0") == 0x7FC | 0xFF800
