"""What holds for the rules on the endpoint's name whatever the network answers."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine.finding import Finding, Severity
from rules.live.observations import (
    AddressRecord,
    Alias,
    Contact,
    DnsView,
    HostsEntry,
    NameServer,
    Observations,
    Reply,
    ReplyKind,
    Role,
    SystemView,
    Vantage,
)
from rules.live.views.accounts import hosts_addresses, other_means, resolvers
from rules.live.views.destination import destination, leads
from rules.live.views.resolution import resolution, unresolved
from tests.examples import times
from tests.rules.live.answers import NAME, OK, answers, plan
from tests.rules.live.names import CUTOVER, MASTER, VIP, findings, view_of, words, worst

pytestmark = pytest.mark.slow

ADDRESSES = [ip_address(a) for a in (MASTER, VIP, "192.0.2.99", "10.20.0.21", "2001:db8::10", "64:ff9b::c000:215")]
PLANS = [
    plan(phase, vip=vip)
    for phase in ("bootstrap", "cutover", None)
    for vip in (f'address = "{VIP}/24"', f'address = "{VIP}/24"\naddress6 = "2001:db8::10/64"', "")
]
SERVERS = [
    *(NameServer(address) for address in ("192.0.2.53", "192.0.2.54", "127.0.0.53", VIP, "fe80::1%eth0")),
    *(NameServer(f"192.0.2.{n}", role=Role.AUTHORITY, name=f"ns{n}.example.com") for n in (1, 2)),
]
TTL = st.sampled_from([0, 60, 300, 301, 86400])
MET = st.sampled_from([OK, *(contact.value for contact in Contact if contact is not Contact.HTTP)])
LINKS = [Alias(NAME, "cp1.example.com", 60), Alias("cp1.example.com", "other.example.org", 3600)]


@st.composite
def reply_of(draw: st.DrawFn, server: NameServer, question: str) -> Reply:
    kind = draw(st.sampled_from([ReplyKind.ANSWER, ReplyKind.ANSWER, *ReplyKind]))
    version = 4 if question == "A" else 6
    known = [address for address in ADDRESSES if address.version == version]
    found = draw(st.lists(st.sampled_from(known), min_size=1, unique=True)) if kind is ReplyKind.ANSWER else []
    return Reply(
        server,
        question,
        kind,
        records=tuple(AddressRecord(address, draw(TTL)) for address in found),
        chain=tuple(LINKS[: draw(st.integers(0, 2))])
        if kind in (ReplyKind.ANSWER, ReplyKind.ALIAS, ReplyKind.LOOP)
        else (),
        negative_ttl=draw(st.none() | TTL) if kind in (ReplyKind.NODATA, ReplyKind.NXDOMAIN) else None,
        authoritative=server.role is Role.AUTHORITY or draw(st.booleans()),
        bogus=kind is ReplyKind.SERVFAIL and draw(st.booleans()),
        detail=draw(st.sampled_from(["", "\x1b[2J words of a stranger"])),
    )


@st.composite
def system(draw: st.DrawFn) -> SystemView | None:
    if draw(st.booleans()):
        return None
    pinned = draw(st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True))
    lines = [f"{address} {NAME}\n" for address in pinned]
    starts = [sum(map(len, lines[:n])) + lines[n].index(NAME) for n in range(len(lines))]
    entries = [HostsEntry(a, n + 1, starts[n], starts[n] + len(NAME)) for n, a in enumerate(pinned)]
    asked = draw(st.none() | st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True).map(tuple))
    order = draw(st.sampled_from([(), ("files", "dns"), ("dns", "files"), ("resolve",), ("dns",), ("sss",)]))
    error = "" if asked or asked is None else draw(st.sampled_from(["no such name", "no answer within the timeout"]))
    return SystemView(asked, error, tuple(entries), hosts_text="".join(lines), order=order)


@st.composite
def observations(draw: st.DrawFn) -> Observations:
    servers = draw(st.lists(st.sampled_from(SERVERS), max_size=4, unique=True))
    questions = [
        (server, question) for server in servers for question in draw(st.sampled_from([("A",), ("A", "AAAA")]))
    ]
    replies = tuple(draw(reply_of(server, question)) for server, question in questions)
    wildcard = tuple(draw(st.lists(st.sampled_from(ADDRESSES[:3]), max_size=1)))
    asked = draw(st.lists(st.sampled_from([VIP, MASTER]), unique=True))
    probes = [f"{address.rpartition('.')[2]} {draw(MET)}" for address in asked]
    dns = DnsView(replies, draw(system()), draw(st.sampled_from(["", "example.com"])), wildcard)
    return answers(*probes)._replace(dns=dns, vantage=Vantage("workstation"))


CASES = (st.sampled_from(PLANS), observations())


def by_code(found: list[Finding], *codes: str) -> list[Finding]:
    return [finding for finding in found if finding.code in codes]


@settings(max_examples=times(80))
@given(*CASES)
def test_findings_are_sentences_and_the_order_of_the_servers_is_no_matter(text: str, observed: Observations) -> None:
    assert observed.dns is not None
    found = findings(text, observed)
    for finding in found:
        assert finding.message
        assert finding.help
        assert "\n" not in finding.message + finding.help
        assert not finding.message.endswith((".", " ", ":", ";"))
        assert "  " not in finding.message + finding.help
        assert len(finding.message) < 1500
    turned = observed.dns._replace(replies=observed.dns.replies[::-1])
    assert words(findings(text, observed._replace(dns=turned))) == words(found)


@settings(max_examples=times(80))
@given(*CASES)
def test_record_of_the_vip_is_printed_only_when_it_serves_or_is_there_already(
    text: str, observed: Observations
) -> None:
    view = view_of(text, observed)
    there = {address for lead in leads(view) for address in lead.addresses}
    for finding in findings(text, observed):
        if f"IN A {VIP}" in finding.help and not view.vip_ready:
            # A TTL to lower, or an alias to replace, keeps the address that the name has.
            assert finding.code in ("DN005", "DN011")
            assert ip_address(VIP) in there


@settings(max_examples=times(80))
@given(*CASES)
def test_name_that_nothing_resolves_is_an_error_and_else_none_of_resolving(text: str, observed: Observations) -> None:
    view = view_of(text, observed)
    accounts = resolvers(view)
    resolving = any(a.addresses for a in accounts) or bool(hosts_addresses(view) or other_means(view))
    found = by_code(findings(text, observed), "DN001", "DN007", "DN013")
    assert not resolving or worst(found) is not Severity.ERROR
    assert resolving or not accounts or worst(found) is Severity.ERROR


@settings(max_examples=times(80))
@given(*CASES)
def test_each_resolver_has_one_cause_and_each_address_one_rule(text: str, observed: Observations) -> None:
    view = view_of(text, observed)
    sorted_out = [account.server for accounts in resolution(view) for account in accounts]
    assert sorted(sorted_out) == sorted(account.server for account in resolvers(view))
    misplaced = [address for addresses in destination(view) for address in addresses]
    assert len(misplaced) == len(set(misplaced))
    codes = {finding.code for finding in findings(text, observed)}
    assert not ("DN006" in codes and unresolved(view))
    assert not {"DN003", "DN008"} <= codes


@settings(max_examples=times(80))
@given(
    st.lists(st.sampled_from(SERVERS[:2] + SERVERS[5:]), min_size=1, unique=True),
    st.sampled_from([60, 300]),
    st.booleans(),
)
def test_all_is_well_where_everybody_gives_the_phases_address(servers: list[NameServer], ttl: int, moved: bool) -> None:
    address = ip_address(VIP if moved else MASTER)
    replies = [
        Reply(server, question, kind, records, authoritative=server.role is Role.AUTHORITY, negative_ttl=300)
        for server in servers
        for question, kind, records in (
            ("A", ReplyKind.ANSWER, (AddressRecord(address, ttl),)),
            ("AAAA", ReplyKind.NODATA, ()),
        )
    ]
    observed = answers(f"10 {OK}")._replace(dns=DnsView(tuple(replies), SystemView((address,), order=("files", "dns"))))
    assert findings(CUTOVER if moved else PLANS[0], observed) == []
