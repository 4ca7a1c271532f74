"""What the rules on servers that differ, hosts files, aliases and lame servers say where examples don't show it."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from rules.live.observations import Reply, ReplyKind
from rules.live.views.resolution import is_private
from tests.rules.live.answers import NAME, only, plan
from tests.rules.live.names import AT_MASTER, BOOTSTRAP, CUTOVER, DUAL, READY, judged, words

PRIVATE = BOOTSTRAP.replace("192.0.2.", "10.20.0.")


def first_hand(reply: Reply) -> Reply:
    """What a resolver with data of its own says: the AA bit is set."""
    return reply._replace(authoritative=reply.authoritative or reply.server.address == "192.0.2.53")


# DN006, DN007


def test_missing_ipv6_address_is_a_difference_only_where_somebody_has_one() -> None:
    dual = plan("cutover", vip=DUAL)
    lines = [f"resolver 192.0.2.{n} A: 192.0.2.10 ttl 60" for n in (53, 54)]
    nothing = [f"resolver 192.0.2.{n} AAAA: NODATA negative 60" for n in (53, 54)]
    assert judged(dual, *lines, *nothing, READY) == []
    assert words(judged(dual, *lines, nothing[0], "resolver 192.0.2.54 AAAA: 2001:db8::10 ttl 60", READY)) == [
        "DN006 warning"
    ]


def test_addresses_made_up_by_dns64_are_no_difference() -> None:
    zone = ("authority nsa 192.0.2.1 A: 192.0.2.21 ttl 60", "authority nsa 192.0.2.1 AAAA: NODATA negative 60")
    for made_up in ("64:ff9b::c000:215", "64:ff9b:1::c000:215", "2001:db8:64::c000:215"):
        assert judged(BOOTSTRAP, *zone, AT_MASTER, f"resolver 192.0.2.53 AAAA: {made_up} ttl 60") == []


def test_ipv6_address_that_only_looks_made_up_counts_where_the_zone_has_it() -> None:
    servers = ("authority nsa 192.0.2.1", "resolver 192.0.2.53")
    lines = [f"{s} {q}" for s in servers for q in ("A: 192.0.2.21 ttl 60", "AAAA: 2001:db8::c000:215 ttl 60")]
    assert words(judged(BOOTSTRAP, *lines)) == ["DN004 warning"]


def test_local_name_that_this_machine_gets_from_mdns_is_one_finding() -> None:
    text = BOOTSTRAP.replace(NAME, "kube.lab.local")
    assert words(judged(text, AT_MASTER, "this machine: 192.0.2.99")) == ["DN009 warning"]


def test_split_horizon_that_leads_into_the_cluster_is_wanted() -> None:
    public = "authority nsa 192.0.2.1 A: 203.0.113.7 ttl 60"
    assert judged(BOOTSTRAP, public, AT_MASTER, change=first_hand) == []
    elsewhere = judged(BOOTSTRAP, public, "resolver 192.0.2.53 A: 192.0.2.99 ttl 60", change=first_hand)
    assert words(elsewhere) == ["DN002 error", "DN006 warning"]
    assert "change it there too" in next(f.help for f in elsewhere if f.code == "DN006")


def test_longest_remaining_time_of_the_stale_resolvers_is_named() -> None:
    stale = [f"resolver 192.0.2.{n} A: 192.0.2.21 ttl {ttl}" for n, ttl in ((53, 41), (54, 250), (55, 7))]
    found = only(judged(CUTOVER, "authority nsa 192.0.2.1 A: 192.0.2.10 ttl 60", *stale, READY))
    assert "TTL 41 s" in found.message
    assert "wait up to 4 min 10 s" in found.help


def test_resolver_between_two_versions_of_the_zone_is_not_blamed() -> None:
    zone = ("authority nsa 192.0.2.1 A: 192.0.2.21 ttl 60", "authority nsb 192.0.2.2 A: 192.0.2.99 ttl 60")
    found = only(judged(BOOTSTRAP, *zone, AT_MASTER, "resolver 192.0.2.54 A: 192.0.2.99 ttl 60"))
    assert "authoritative servers" in found.message


def test_machine_that_finds_nothing_where_every_resolver_does_is_named() -> None:
    found = only(judged(BOOTSTRAP, AT_MASTER, "this machine: ", "nsswitch: files"))
    assert words([found]) == ["DN006 warning"]
    assert "nsswitch.conf lists files" in found.message


def test_machine_that_gets_fewer_addresses_makes_no_difference() -> None:
    lines = ("resolver 192.0.2.53 A: 192.0.2.10 ttl 60", "resolver 192.0.2.53 AAAA: 2001:db8::10 ttl 60")
    assert judged(plan("cutover", vip=DUAL), *lines, "this machine: 192.0.2.10", READY) == []


def test_resolver_that_refuses_everything_is_no_rebind_protection() -> None:
    zone = ("authority nsa 192.0.2.1 A: 10.20.0.21 ttl 60", "authority nsa 192.0.2.1 AAAA: NODATA negative 60")
    good = "resolver 10.20.0.54 A: 10.20.0.21 ttl 60"
    refused = ("resolver 10.20.0.53 A: REFUSED", "resolver 10.20.0.53 AAAA: REFUSED")
    assert words(judged(PRIVATE, *zone, good, *refused)) == ["DN001 warning"]
    dropped = ("resolver 10.20.0.53 A: REFUSED", "resolver 10.20.0.53 AAAA: NODATA negative 60")
    assert words(judged(PRIVATE, *zone, good, *dropped)) == ["DN007 warning"]


def test_empty_answer_for_a_public_address_is_no_rebind_protection() -> None:
    zone = "authority nsa 192.0.2.1 A: 192.0.2.21 ttl 60"
    assert words(judged(BOOTSTRAP, zone, AT_MASTER, "resolver 192.0.2.54 A: NODATA")) == ["DN006 warning"]


def test_rebind_protection_is_an_error_where_nothing_else_resolves_the_name() -> None:
    zone = "authority nsa 192.0.2.1 A: 10.20.0.21 ttl 60"
    dropped = "resolver 10.20.0.53 A: NODATA"
    assert words(judged(PRIVATE, zone, dropped)) == ["DN007 error"]
    assert words(judged(PRIVATE, zone, dropped, "this machine: 10.20.0.21")) == ["DN007 warning"]


@pytest.mark.parametrize(
    ("address", "private"),
    [("10.0.0.1", True), ("172.16.0.1", True), ("172.32.0.1", False), ("192.168.2.140", True), ("192.0.2.1", False),
     ("fd00:2::140", True), ("2001:db8::1", False), ("100.64.0.1", False)],
)  # fmt: skip
def test_private_addresses_are_those_of_rfc_1918_and_rfc_4193(address: str, private: bool) -> None:
    assert is_private(ip_address(address)) is private


# DN010


def test_line_of_the_hosts_file_is_shown_at_its_place() -> None:
    found = only(
        judged(BOOTSTRAP, AT_MASTER, "hosts: 127.0.0.1 localhost", f"hosts: 192.0.2.99 cp1 {NAME} # temporary")
    )
    assert words([found]) == ["DN010 warning"]
    assert (found.location.file, found.location.line, found.location.column) == ("/etc/hosts", 2, 16)
    assert "the name servers return 192.0.2.21" in found.message


@pytest.mark.parametrize(
    ("order", "severity", "said"),
    [
        ("files dns", "warning", "lists files before dns"),
        ("mymachines resolve files myhostname dns", "warning", "lists resolve before files"),
        ("dns files", "info", "lists dns before files"),
        ("dns", "info", "does not list files"),
        ("files", "warning", "lists files but not dns"),
    ],
)
def test_order_of_nsswitch_decides_whether_the_line_wins(order: str, severity: str, said: str) -> None:
    found = only(judged(BOOTSTRAP, AT_MASTER, f"hosts: 192.0.2.99 {NAME}", f"nsswitch: {order}"))
    assert words([found]) == [f"DN010 {severity}"]
    assert said in found.message


def test_resolver_on_this_machine_that_repeats_the_hosts_file_is_not_dns() -> None:
    stub = "resolver 127.0.0.53 A: 192.0.2.99 ttl 0"
    lines = (stub, f"hosts: 192.0.2.99 {NAME}", "this machine: 192.0.2.99")
    assert words(judged(BOOTSTRAP, *lines, AT_MASTER)) == ["DN010 warning"]
    elsewhere = judged(BOOTSTRAP, "resolver 192.0.2.53 A: 192.0.2.99 ttl 60", *lines)
    assert words(elsewhere) == ["DN002 error", "DN010 warning"]
    alone = only(judged(BOOTSTRAP, *lines))
    assert words([alone]) == ["DN010 warning"]
    assert "no name server" not in alone.message


# DN009, DN011, DN012, DN013


def test_local_name_is_reported_without_the_network() -> None:
    from rules import lint
    from rules.engine.options import Options
    from rules.plan import parse_cluster

    text = '[cluster]\nendpoint = "vip.mycluster.local"\n'
    report = lint({}, Options(cluster=parse_cluster(text, "halb.toml")))
    assert [finding.code for finding in report.findings] == ["DN009"]
    assert {skipped.code for skipped in report.skipped} >= {"DN001", "DN002", "DN013"}


def test_long_chain_of_aliases_is_cut_in_the_middle() -> None:
    chain = ", ".join(f"CNAME n{n}.example.com ttl 60" for n in range(16))
    found = only(judged(BOOTSTRAP, f"authority nsa 192.0.2.1 A: {chain}, 192.0.2.21 ttl 60"))
    assert words([found]) == ["DN011 info"]
    assert "..., a CNAME for n15.example.com" in found.message


def test_wildcard_with_only_some_of_the_addresses_says_nothing() -> None:
    several = "authority nsa 192.0.2.1 A: 192.0.2.21 ttl 60, 192.0.2.22 ttl 60"
    assert words(judged(BOOTSTRAP, several, "wildcard: 192.0.2.21")) == ["DN003 warning"]


def test_resolver_with_a_scope_is_no_stumbling_block() -> None:
    def scoped(reply: Reply) -> Reply:
        return reply._replace(server=reply.server._replace(address="fe80::53%eth0"))

    assert judged(BOOTSTRAP, AT_MASTER, change=scoped) == []


def test_wrong_signatures_and_a_refusal_are_two_causes() -> None:
    lines = ("resolver 192.0.2.53 A: SERVFAIL bogus", "resolver 192.0.2.54 A: REFUSED")
    assert words(judged(BOOTSTRAP, *lines)) == ["DN001 error", "DN013 error"]


def test_name_server_with_ipv6_alone_is_not_blamed_from_a_place_without_ipv6() -> None:
    good = ("authority nsa 192.0.2.1 A: 192.0.2.21 ttl 60", "authority nsa 192.0.2.1 AAAA: NODATA negative 60")
    bad = ("authority nsb 2001:db8::2 A: unreachable", "authority nsb 2001:db8::2 AAAA: unreachable")
    assert judged(BOOTSTRAP, *good, *bad) == []
    other = ("authority nsc 2001:db8::3 A: 192.0.2.21 ttl 60", "authority nsc 2001:db8::3 AAAA: NODATA negative 60")
    assert words(judged(BOOTSTRAP, *good, *bad, *other)) == ["DN013 info"]


def test_one_lost_packet_of_a_name_server_says_nothing() -> None:
    good = ("authority nsa 192.0.2.1 A: 192.0.2.21 ttl 60", "authority nsa 192.0.2.1 AAAA: NODATA negative 60")
    half = "authority nsb 192.0.2.2 A: 192.0.2.21 ttl 60"
    assert judged(BOOTSTRAP, *good, half, "authority nsb 192.0.2.2 AAAA: timeout") == []
    assert words(judged(BOOTSTRAP, *good, half, "authority nsb 192.0.2.2 AAAA: SERVFAIL")) == ["DN013 info"]


def test_alias_out_of_the_zone_is_no_denial() -> None:
    found = judged(BOOTSTRAP, f"authority nsa 192.0.2.1 A: {ReplyKind.ALIAS.value}", AT_MASTER)
    assert found == []
