"""The keyword table and its reader."""

from __future__ import annotations

import pytest

from parsers.keywords.haproxy import HaproxyTable, haproxy_table
from tests.tools.keywords import HAPROXY, read_haproxy

TABLE = haproxy_table()


@pytest.mark.parametrize(
    ("section", "keyword", "version", "status"),
    [
        ("frontend", "bind", None, "accepted"),
        ("frontend", "balance", None, "ignored"),
        ("frontend", "server", "2.6", "rejected"),
        ("backend", "use_backend", "3.4", "ignored"),
        ("defaults", "bind", "2.6", "rejected"),
        ("defaults", "acl", "2.6", "accepted"),
        ("listen", "clitimeout", None, "removed"),
        ("backend", "bind-process", "2.6", "accepted"),
        ("backend", "bind-process", "2.8", "removed"),
        ("listen", "dispatch", "3.4", "accepted"),
        ("listen", "dispatch", "3.5-dev5", "removed"),
        ("listen", "dispatch", "3.5", "removed"),
        ("listen", "guid", "2.8", "unknown"),
        ("listen", "guid", "2.9", "accepted"),
        ("listen", "guid", "3.0.5", "accepted"),
        ("listen", "Balance", None, "unknown"),
        ("listen", "acme-vars", None, "unknown"),
        ("global", "timeout", None, "unknown"),
        ("global", "nbproc", None, "removed"),
        ("global", "master-worker", "3.4", "accepted"),
        ("global", "master-worker", "3.5", "removed"),
        ("global", "lua-load", "3.4", "accepted"),
        ("resolvers", "not-in-the-table", None, "unknown"),
        ("program", "not-in-the-table", None, "accepted"),
    ],
)
def test_section_keywords(section: str, keyword: str, version: str | None, status: str) -> None:
    block = TABLE.section(section)
    assert block is not None
    assert block.status(keyword, version) == status


def test_completeness() -> None:
    complete = {name for name in TABLE.sections.entries if (b := TABLE.section(name)) is not None and b.complete}
    others = {"resolvers", "peers", "mailers", "ring", "userlist", "cache", "http-errors"}
    assert complete == {"global", "defaults", "frontend", "backend", "listen", *others}
    assert TABLE.section("nothing") is None


@pytest.mark.parametrize(
    ("name", "version", "status"),
    [
        ("program", "2.6", "accepted"), ("program", "3.4", "unknown"), ("crt-store", "2.8", "unknown"),
        ("crt-store", "3.2", "accepted"), ("healthcheck", "3.4", "accepted"), ("frontned", None, "unknown"),
    ],
)  # fmt: skip
def test_section_names(name: str, version: str | None, status: str) -> None:
    assert TABLE.sections.status(name, version) == status


def test_what_to_write_instead() -> None:
    for name, keyword in TABLE.removed.entries.items():
        assert keyword.instead, name
    assert TABLE.removed.entries["clitimeout"].dropped == "2.1"
    assert "timeout client" in TABLE.removed.entries["clitimeout"].instead
    assert TABLE.options.status("http_proxy") == "removed"
    assert "2.5" in TABLE.options.entries["http_proxy"].dropped


def test_options_know_their_side() -> None:
    options = TABLE.options.entries
    assert options["tcplog"].flags >= {"FE"}
    assert options["httplog"].flags >= {"FE", "HTTP"}
    assert options["redispatch"].flags == {"BE"}
    assert "NONEG" in options["httpchk"].flags
    assert all(keyword.flags & {"FE", "BE"} for keyword in options.values() if keyword.versions)


def test_arguments_of_line_options() -> None:
    server, bind = TABLE.server_options, TABLE.bind_options
    assert [server.entries[name].args for name in ("check", "inter", "source", "ssl")] == [0, 1, -1, 0]
    assert [bind.entries[name].args for name in ("ssl", "crt", "v4v6")] == [0, 1, 0]
    template = server.get("set-proxy-v2-tlv-fmt(0x1)")
    assert template is not None
    assert template.args == 1


@pytest.mark.parametrize(
    ("block", "name", "status"),
    [
        ("balance", "roundrobin", "accepted"), ("balance", "hdr(Host)", "accepted"),
        ("balance", "random(2)", "accepted"),
        ("balance", "round-robin", "unknown"), ("modes", "tcp", "accepted"), ("modes", "health", "removed"),
        ("modes", "tls", "unknown"), ("timeouts", "client", "accepted"), ("timeouts", "clients", "unknown"),
        ("http-check", "set-var(txn.x)", "accepted"), ("http-check", "expekt", "unknown"),
        ("tcp-check", "send-binary", "accepted"), ("filters", "compression", "accepted"),
        ("actions http-request", "set-header", "accepted"), ("actions http-request", "sc-inc-gpc0(1)", "accepted"),
        ("actions http-request", "lua.x", "accepted"), ("actions http-request", "set-headers", "unknown"),
        ("actions tcp-request connection", "track-sc0", "accepted"), ("actions tcp-request content", "new", "unknown"),
    ],
)  # fmt: skip
def test_other_blocks(block: str, name: str, status: str) -> None:
    found = TABLE.block(block)
    assert found is not None
    assert found.status(name) == status


def test_names_for_suggestions() -> None:
    block = TABLE.section("listen")
    assert block is not None
    assert "bind" in block.names()
    assert "clitimeout" not in block.names()
    assert "guid" not in block.names("2.6")


def test_a_block_is_read_when_it_is_asked_for() -> None:
    text = "\n".join(
        ["# x", "versions 2.6 2.8", *(f"[section s{number}] complete\nname 2.6- args=1" for number in range(2000))]
    )
    block = HaproxyTable(text).section("s7")
    assert block is not None
    assert block.entries["name"].args == 1


def test_agrees_with_every_accepted_keyword_of_the_inventory() -> None:
    data = read_haproxy(HAPROXY.read_text(encoding="utf-8"))
    wrong = []
    for version in TABLE.versions:
        for section, keywords in data[version]["sections"].items():
            block = TABLE.section(section)
            assert block is not None
            wrong += [
                (version, section, k) for k in keywords if block.status(k, version) not in ("accepted", "rejected")
            ]
    assert {keyword for _, _, keyword in wrong} <= {
        "acme-vars",
        "server-state-base",
        "tune.quic.backend.max-idle-timeou",
    }
