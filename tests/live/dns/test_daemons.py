"""Real name servers: knotd as the zone's servers, dnsmasq and unbound as resolvers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

import pytest

from rules.live.dns.survey import survey
from rules.live.observations import Alias, DnsView, NameServer, Reply, ReplyKind, Role
from tests.live.dns.asking import quiet, within
from tests.live.dns.name_servers import PATIENCE, Knot, dnsmasq, free_port, knot, loopback, unbound, zone

__all__ = ["quiet"]  # a fixture
pytestmark = [
    pytest.mark.daemon("knotd", "dnsmasq", "unbound"),
    pytest.mark.slow,
    pytest.mark.usefixtures("quiet"),
]

ZONE = "example.com"
NAME = "kube.example.com"
OLD, NEW = "192.168.2.151", "192.168.2.140"
RECORDS = f"""\
kube 60 A {OLD}
cp 30 A 10.0.0.1
cp 20 AAAA fd00::1
first CNAME second
second CNAME cp
outside CNAME cp.example.net.
text TXT only
*.wild A 10.9.9.9
a.wild A 10.9.9.1
"""


class Pair(NamedTuple):
    """Two servers of one zone."""

    first: Knot
    second: Knot
    servers: dict[str, str]

    @property
    def port(self) -> int:
        return self.first.port

    def write(self, server: Knot, records: str, serial: int) -> None:
        server.write(ZONE, zone(ZONE, records, self.servers, serial=serial))


@pytest.fixture
def pair() -> Iterator[Pair]:
    first, second = loopback(), loopback()
    port = free_port(first, second)
    servers = {"ns1": first, "ns2": second}
    text = {ZONE: zone(ZONE, RECORDS, servers)}
    with knot(text, address=first, port=port) as one, knot(text, address=second, port=port) as two:
        yield Pair(one, two, servers)


def asked(name: str, port: int, *resolvers: NameServer, seconds: float = 10.0) -> DnsView:
    return within(seconds, lambda deadline: survey(name, resolvers, deadline, authority_port=port))


def texts(reply: Reply) -> list[str]:
    return [str(address) for address in reply.addresses]


def test_the_zone_and_both_of_its_servers_are_found(pair: Pair) -> None:
    with dnsmasq(pair.first.server) as resolver:
        view = asked(NAME, pair.port, resolver.server)
    assert (view.zone, view.notes, view.wildcard) == (ZONE, (), ())
    assert [(r.server.label, r.kind, texts(r), r.ttl, r.authoritative) for r in view.of(Role.AUTHORITY, "A")] == [
        (f"ns{number}.example.com ({server.address} port {pair.port})", ReplyKind.ANSWER, [OLD], 60, True)
        for number, server in ((1, pair.first), (2, pair.second))
    ]
    assert [(r.kind, r.negative_ttl, r.zone) for r in view.of(Role.AUTHORITY, "AAAA")] == [
        (ReplyKind.NODATA, 60, ZONE)
    ] * 2
    (reply,) = view.of(Role.RESOLVER, "A")
    assert (reply.kind, texts(reply)) == (ReplyKind.ANSWER, [OLD])


def test_servers_that_disagree(pair: Pair) -> None:
    pair.write(pair.second, f"kube 60 A {NEW}", 2)
    with dnsmasq(pair.first.server) as resolver:
        view = asked(NAME, pair.port, resolver.server)
    assert [texts(reply) for reply in view.of(Role.AUTHORITY, "A")] == [[OLD], [NEW]]


def test_a_cache_keeps_the_old_address_and_counts_down(pair: Pair) -> None:
    with dnsmasq(pair.first.server) as resolver:
        assert texts(asked(NAME, pair.port, resolver.server).replies[0]) == [OLD]
        for server in (pair.first, pair.second):
            pair.write(server, f"kube 60 A {NEW}", 2)
        deadline = time.monotonic() + PATIENCE
        while True:
            view = asked(NAME, pair.port, resolver.server)
            (cached,) = view.of(Role.RESOLVER, "A")
            assert texts(cached) == [OLD]
            assert [(texts(reply), reply.ttl) for reply in view.of(Role.AUTHORITY, "A")] == [([NEW], 60)] * 2
            assert cached.ttl is not None
            if cached.ttl < 60:
                break
            assert time.monotonic() < deadline


def test_a_cache_keeps_that_there_was_nothing(pair: Pair) -> None:
    with unbound(pair.first.server, ZONE) as resolver:
        view = asked("new.example.com", pair.port, resolver.server)
        assert {reply.kind for reply in view.replies} == {ReplyKind.NXDOMAIN}
        assert {reply.negative_ttl for reply in view.of(Role.AUTHORITY)} == {60}
        for server in (pair.first, pair.second):
            pair.write(server, f"new 60 A {NEW}", 2)
        view = asked("new.example.com", pair.port, resolver.server)
    (cached,) = view.of(Role.RESOLVER, "A")
    assert cached.kind is ReplyKind.NXDOMAIN
    assert cached.negative_ttl in range(1, 61)
    assert [texts(reply) for reply in view.of(Role.AUTHORITY, "A")] == [[NEW], [NEW]]


def test_a_chain_of_aliases(pair: Pair) -> None:
    chain = (Alias("first.example.com", "second.example.com", 300), Alias("second.example.com", "cp.example.com", 300))
    with dnsmasq(pair.first.server) as forwarder, unbound(pair.first.server, ZONE) as recursor:
        view = asked("first.example.com", pair.port, forwarder.server, recursor.server)
    assert view.zone == ZONE
    assert {reply.kind for reply in view.replies} == {ReplyKind.ANSWER}
    assert {reply.chain for reply in view.replies} == {chain}
    assert {(reply.question, *texts(reply)) for reply in view.replies} == {("A", "10.0.0.1"), ("AAAA", "fd00::1")}
    assert {reply.ttl for reply in view.of(Role.AUTHORITY)} == {30, 20}


def test_an_alias_that_leads_out_of_the_zone(pair: Pair) -> None:
    with dnsmasq(pair.first.server) as resolver:
        view = asked("outside.example.com", pair.port, resolver.server)
    assert [reply.kind for reply in view.of(Role.AUTHORITY)] == [ReplyKind.ALIAS] * 4


def test_a_name_with_other_records_only(pair: Pair) -> None:
    with unbound(pair.first.server, ZONE) as resolver:
        view = asked("text.example.com", pair.port, resolver.server)
    assert {(reply.kind, reply.negative_ttl) for reply in view.replies} == {(ReplyKind.NODATA, 60)}


@pytest.mark.parametrize("name", ["a.wild.example.com", "anything.wild.example.com"])
def test_a_wildcard(pair: Pair, name: str) -> None:
    with dnsmasq(pair.first.server) as resolver:
        view = asked(name, pair.port, resolver.server)
    assert view.wildcard == (ip_address("10.9.9.9"),)


def test_an_answer_too_large_for_udp_comes_over_tcp(pair: Pair) -> None:
    pair.write(pair.first, "\n".join(f"kube 60 A 10.1.0.{i}" for i in range(1, 101)), 2)
    with dnsmasq(pair.first.server) as resolver:
        view = asked(NAME, pair.port, resolver.server)
    large = [reply for reply in view.replies if len(reply.records) == 100]
    assert [(reply.server.role, reply.tcp) for reply in large] == [(Role.RESOLVER, True), (Role.AUTHORITY, True)]


def test_protection_against_rebinding_takes_private_addresses_away(pair: Pair) -> None:
    with dnsmasq(pair.first.server, "--stop-dns-rebind") as resolver:
        view = asked(NAME, pair.port, resolver.server)
    (reply,) = view.of(Role.RESOLVER, "A")
    assert (reply.kind, reply.records, reply.negative_ttl) == (ReplyKind.NODATA, (), None)
    assert [texts(reply) for reply in view.of(Role.AUTHORITY, "A")] == [[OLD], [OLD]]


def test_a_server_that_is_down_and_one_that_hangs(pair: Pair) -> None:
    with dnsmasq(pair.first.server) as resolver:
        pair.second.pause()
        view = asked(NAME, pair.port, resolver.server, seconds=1.0)
        assert [reply.kind for reply in view.of(Role.AUTHORITY, "A")] == [ReplyKind.ANSWER, ReplyKind.TIMEOUT]
        pair.second.process.kill()
        pair.second.process.wait()
        view = asked(NAME, pair.port, resolver.server)
    first, second = view.of(Role.AUTHORITY, "A")
    assert (first.kind, second.kind) == (ReplyKind.ANSWER, ReplyKind.UNREACHABLE)
    assert second.detail == f"nothing listens on port {pair.port}"


def test_a_server_that_does_not_have_the_zone(pair: Pair) -> None:
    child = zone("sub.example.com", "kube A 10.0.0.1", {"ns": pair.first.address})
    with knot({"sub.example.com": child}) as inside, dnsmasq(inside.server) as resolver:
        view = asked("kube.sub.example.com", pair.port, resolver.server)
    assert view.zone == "sub.example.com"
    # knotd serves the parent zone there: it has neither the name nor a delegation
    assert {reply.kind for reply in view.of(Role.AUTHORITY)} == {ReplyKind.NXDOMAIN}


def test_a_server_that_only_refers_to_others_is_lame() -> None:
    address, elsewhere = loopback(), loopback()
    port = free_port(address)
    parent = zone(ZONE, f"sub NS ns.sub\nns.sub A {elsewhere}", {"ns1": address})
    child = zone("sub.example.com", "kube A 10.0.0.1", {"ns": address})
    with (
        knot({ZONE: parent}, address=address, port=port),
        knot({"sub.example.com": child}) as inside,
        dnsmasq(inside.server) as resolver,
    ):
        view = asked("kube.sub.example.com", port, resolver.server)
    assert {(reply.kind, reply.detail) for reply in view.of(Role.AUTHORITY)} == {
        (ReplyKind.LAME, "it refers to the servers of 'sub.example.com'")
    }


def test_a_server_refuses_names_of_others(pair: Pair) -> None:
    view = asked("kube.example.net", pair.port, pair.first.server)
    assert [reply.kind for reply in view.replies] == [ReplyKind.REFUSED] * 2


def test_an_authoritative_server_given_as_resolver(pair: Pair) -> None:
    view = asked(NAME, pair.port, pair.first.server)
    assert [(reply.server.role, reply.kind) for reply in view.replies if reply.question == "A"] == [
        (Role.AUTHORITY, ReplyKind.ANSWER),
        (Role.AUTHORITY, ReplyKind.ANSWER),
    ]


@pytest.mark.parametrize("name", [NAME, "nope.example.com"])
def test_wrong_signatures_are_told_from_other_failures(name: str) -> None:
    address = loopback()
    port = free_port(address)
    anchor = f'trust-anchor: "{ZONE}. DS 12345 13 2 {"ab" * 32}"'
    text = {ZONE: zone(ZONE, RECORDS, {"ns1": address})}
    with (
        knot(text, address=address, port=port, signed=True) as server,
        unbound(server.server, ZONE, anchor, "ede: yes") as validating,
        unbound(server.server, ZONE) as trusting,
    ):
        alone = asked(name, port, validating.server)
        view = asked(name, port, validating.server, trusting.server)
    assert alone.of(Role.AUTHORITY)
    wrong, right = view.replies[:2], view.replies[2:4]
    assert {(reply.kind, reply.bogus) for reply in wrong} == {(ReplyKind.SERVFAIL, True)}
    assert all(reply.detail.startswith(("dnskey missing", "dnssec bogus")) for reply in wrong)
    assert not any(reply.bogus for reply in right)
    assert view.zone == ZONE
    assert [reply.kind for reply in view.of(Role.AUTHORITY, "A")] == [right[0].kind]
