"""The rules on the endpoint's name against real name servers: knotd, dnsmasq, unbound."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from rules.engine.finding import Finding
from rules.live.dns.survey import survey
from rules.live.observations import DnsView, NameServer
from tests.live.dns.name_servers import Knot, dnsmasq, knot, unbound, zone
from tests.rules.live.answers import NAME, answers, plan
from tests.rules.live.names import findings, words

pytestmark = [pytest.mark.daemon("knotd", "dnsmasq", "unbound"), pytest.mark.slow]

MASTER, VIP = "10.20.0.21", "10.20.0.10"
BOOTSTRAP = plan("bootstrap").replace("192.0.2.", "10.20.0.")


def records(server: str, address: str, serial: int = 1, ttl: int = 60) -> str:
    return zone("example.com", f"kube {ttl} A {address}", {"ns1": server}, serial=serial)


def asked(resolvers: Sequence[NameServer], authority: Knot) -> DnsView:
    async def ask() -> DnsView:
        deadline = asyncio.get_running_loop().time() + 1.0
        return await survey(NAME, resolvers, deadline, authority_port=authority.port)

    return asyncio.run(ask())


def judged(resolvers: Sequence[NameServer], authority: Knot) -> list[Finding]:
    return findings(BOOTSTRAP, answers()._replace(dns=asked(resolvers, authority)))


def served(address: str, ttl: int = 60) -> dict[str, str]:
    return {"example.com": records("127.0.0.1", address, ttl=ttl)}


def point_ns_at(authority: Knot, address: str, serial: int = 2, ttl: int = 60) -> None:
    """Serve a zone whose NS record leads to the server itself."""
    authority.write("example.com", records(authority.address, address, serial, ttl))


def test_dnsmasq_with_rebind_protection_is_told_from_one_without() -> None:
    with knot(served(MASTER)) as authority:
        point_ns_at(authority, MASTER)
        with dnsmasq(authority.server, "--stop-dns-rebind") as dropping:
            found = judged([dropping.server], authority)
            assert words(found) == ["DN007 error"]
            option = "rebind-domain-ok=/example.com/"
            assert f"'{option}'" in found[0].help
        with dnsmasq(authority.server, "--stop-dns-rebind", f"--{option}") as helped:
            assert judged([helped.server], authority) == []


def test_unbound_with_private_addresses_taken_out_is_told_from_one_without() -> None:
    with knot(served(MASTER)) as authority:
        point_ns_at(authority, MASTER)
        with unbound(authority.server, "example.com", "private-address: 10.0.0.0/8") as dropping:
            found = judged([dropping.server], authority)
            assert words(found) == ["DN007 error"]
            option = "private-domain: example.com"
            assert f"'{option}'" in found[0].help
        with unbound(authority.server, "example.com", "private-address: 10.0.0.0/8", option) as helped:
            assert judged([helped.server], authority) == []


def test_denial_in_a_cache_is_told_from_rebind_protection() -> None:
    with knot(served(MASTER)) as authority:
        authority.write("example.com", zone("example.com", "", {"ns1": authority.address}, serial=2))
        # dnsmasq 2.90 does not always keep an NXDOMAIN; unbound does.
        with unbound(authority.server, "example.com") as behind, dnsmasq(authority.server) as fresh:
            assert words(judged([behind.server], authority)) == ["DN001 error"]
            point_ns_at(authority, MASTER, serial=3)
            found = judged([behind.server, fresh.server], authority)
            assert words(found) == ["DN006 warning"]
            assert "wait up to" in found[0].help


def test_cache_that_is_behind_is_named_with_the_time_that_is_left() -> None:
    with knot(served(VIP)) as authority:
        point_ns_at(authority, VIP, ttl=200)
        with dnsmasq(authority.server) as behind:
            assert words(judged([behind.server], authority)) == ["DN002 error"]
            point_ns_at(authority, MASTER, serial=3)
            found = judged([behind.server], authority)
            assert words(found) == ["DN006 warning"]
            assert f"{VIP} (TTL " in found[0].message
            assert MASTER in found[0].message


def test_long_ttl_is_read_from_the_authoritative_server() -> None:
    with knot(served(MASTER)) as authority:
        point_ns_at(authority, MASTER, ttl=3600)
        with dnsmasq(authority.server) as cache:
            found = judged([cache.server], authority)
            assert words(found) == ["DN005 warning"]
            assert "TTL of 60 min" in found[0].message
