"""Finding the zone of a name and its authoritative servers, and whether the zone answers for every name."""

from __future__ import annotations

import threading
from ipaddress import ip_address

import dns.flags
import dns.rcode
import pytest

from rules.live.observations import ReplyKind, Role
from tests.live.dns.asking import quiet
from tests.live.dns.zones import NAME, PATIENT, SOA, ZONE, Place, asked, authority, delegated, kinds, place, record
from tests.live.scripted import Asked, answer, scripted, serving

__all__ = ["place", "quiet"]  # fixtures
pytestmark = pytest.mark.usefixtures("quiet")


def test_addresses_that_come_with_the_servers_are_used(place: Place) -> None:
    inner = serving(delegated(("ns1", "192.0.2.1")))

    def script(question: Asked) -> list[bytes]:
        if question.rdtype != "NS":
            return list(inner(question))
        return [answer(question, f"{ZONE}. 60 IN NS ns1.{ZONE}.", additional=[record(place.first, f"ns1.{ZONE}")])]

    with scripted(script) as resolver, authority(place.first, place.port, {(NAME, "A"): [record("10.0.0.1")]}):
        view = asked([resolver.server], place.port)
    assert view.of(Role.AUTHORITY, "A")[0].server.address == place.first


@pytest.mark.parametrize("rcode", [dns.rcode.REFUSED, dns.rcode.SERVFAIL])
def test_a_zone_that_nobody_tells(rcode: int) -> None:
    with scripted(lambda question: [answer(question, rcode=rcode)]) as resolver:
        view = asked([resolver.server])
    assert len(view.replies) == 2
    assert view.notes == (f"no authoritative server was queried: no resolver returned the zone of {NAME}",)


def test_the_roots_servers_are_not_asked() -> None:
    root = ". 60 IN SOA a.root-servers.net. nstld.example. 1 1800 900 604800 86400"
    with scripted(lambda q: [answer(q, rcode=dns.rcode.NXDOMAIN, authority=[root])]) as resolver:
        view = asked([resolver.server])
    assert view.zone == ""
    assert view.notes == (f"no authoritative server was queried: no zone below the root has {NAME}",)
    assert {question.rdtype for question in resolver.heard} == {"A", "AAAA", "SOA"}


def test_a_zone_whose_servers_nobody_tells() -> None:
    with scripted(serving({(ZONE, "SOA"): [SOA], (NAME, "A"): [record("10.0.0.1")]})) as resolver:
        view = asked([resolver.server])
    assert view.zone == ZONE
    assert view.notes == (f"no authoritative server was queried: no resolver returned those of {ZONE}",)


def test_localhost_as_name_server_is_nobody_to_ask() -> None:
    table = {**delegated(), (ZONE, "NS"): [f"{ZONE}. 60 IN NS localhost."]}
    with scripted(serving(table)) as resolver:
        view = asked([resolver.server])
    assert view.of(Role.AUTHORITY) == ()
    assert ("localhost", "A") not in {(question.name, question.rdtype) for question in resolver.heard}


def test_servers_without_a_usable_address_are_noted(place: Place) -> None:
    # a link-local address without an interface leads nowhere on any machine
    table = delegated(("ns1", place.first), ("ns1", "fe80::1"), ("ns2", "fe80::2"), ("ns3", "224.0.0.1"))
    table[ZONE, "NS"].append(f"{ZONE}. 60 IN NS ns4.{ZONE}.")
    with (
        scripted(serving(table)) as resolver,
        authority(place.first, place.port, {(NAME, "A"): [record("10.0.0.1")]}),
    ):
        view = asked([resolver.server], place.port)
    assert kinds(view.of(Role.AUTHORITY)) == {"ns1.example.com": [ReplyKind.ANSWER, ReplyKind.NODATA]}
    assert view.notes == (
        f"the authoritative servers ns2.{ZONE}, ns3.{ZONE} and ns4.{ZONE} of {ZONE} could not be queried: no address "
        "is reachable from here",
    )


def test_no_more_than_eight_servers_are_asked(place: Place) -> None:
    table = delegated(*[(f"ns{i}", place.first) for i in range(9)])
    with scripted(serving(table)) as resolver, authority(place.first, place.port, {(NAME, "A"): []}) as ns:
        view = asked([resolver.server], place.port)
    assert view.notes == (f"8 of the 9 authoritative servers of {ZONE} were queried",)
    assert [reply.server.name for reply in view.of(Role.AUTHORITY)] == [f"ns0.{ZONE}"] * 2  # one address, asked once
    assert len(ns.heard) <= 3


def test_the_zone_of_an_alias_is_found_above_it(place: Place) -> None:
    table = delegated(("ns1", place.first))
    table[NAME, "A"] = [f"{NAME}. 60 IN CNAME cp.example.net.", record("10.0.0.1", "cp.example.net")]
    table[NAME, "AAAA"] = table[NAME, "SOA"] = [f"{NAME}. 60 IN CNAME cp.example.net."]
    alias = {(NAME, "A"): [f"{NAME}. 60 IN CNAME cp.example.net."]}
    with scripted(serving(table)) as resolver, authority(place.first, place.port, alias):
        view = asked([resolver.server], place.port)
    assert view.zone == ZONE
    assert [reply.kind for reply in view.replies[:3]] == [ReplyKind.ANSWER, ReplyKind.NODATA, ReplyKind.ALIAS]


def test_a_resolver_that_knows_the_name_wins_over_a_quicker_one_that_denies_it(place: Place) -> None:
    denied = threading.Event()
    inside = serving(delegated(("ns1", place.first)))

    def outside(question: Asked) -> list[bytes]:
        if question.rdtype == "SOA":
            denied.set()
        soa = "com. 60 IN SOA a.gtld-servers.net. nstld.example. 1 1800 900 604800 60"
        return [answer(question, rcode=dns.rcode.NXDOMAIN, authority=[soa])]

    def slower(question: Asked) -> list[bytes]:
        assert question.rdtype != "SOA" or denied.wait(PATIENT)
        return list(inside(question))

    with (
        scripted(outside) as public,
        scripted(slower) as private,
        authority(place.first, place.port, {(NAME, "A"): [record("10.0.0.1")]}),
    ):
        view = asked([public.server, private.server], place.port)
    assert view.zone == ZONE
    assert kinds(view.of(Role.AUTHORITY)) == {"ns1.example.com": [ReplyKind.ANSWER, ReplyKind.NODATA]}


def beside_ours(question: Asked) -> bool:
    return question.name.startswith("halb-")


@pytest.mark.parametrize("everything", [True, False])
def test_a_zone_that_answers_for_every_name(place: Place, everything: bool) -> None:
    known = serving({(NAME, "A"): [record("10.0.0.1")]}, flags=dns.flags.AA)

    def script(question: Asked) -> list[bytes]:
        if everything and beside_ours(question):
            return [answer(question, record("192.0.2.9", question.name), flags=dns.flags.AA)]
        return list(known(question))

    with (
        scripted(serving(delegated(("ns1", place.first)))) as resolver,
        scripted(script, address=place.first, port=place.port) as ns1,
    ):
        view = asked([resolver.server], place.port)
    assert view.wildcard == ((ip_address("192.0.2.9"),) if everything else ())
    assert not any(beside_ours(question) for question in resolver.heard)
    (sibling,) = filter(beside_ours, ns1.heard)
    assert sibling.name.endswith(".example.com")
    assert sibling.name.count(".") == NAME.count(".")


@pytest.mark.parametrize("name", ["nope.example.com", "example.com"])
def test_no_wildcard_is_looked_for_beside_a_missing_name_or_the_zone_itself(place: Place, name: str) -> None:
    table = delegated(("ns1", place.first))
    with (
        scripted(serving(table)) as resolver,
        authority(place.first, place.port, {(ZONE, "SOA"): [SOA], (NAME, "A"): [record("10.0.0.1")]}) as ns1,
    ):
        view = asked([resolver.server], place.port, name=name)
    assert (view.wildcard, view.zone) == ((), ZONE)
    assert len(ns1.heard) == 2
