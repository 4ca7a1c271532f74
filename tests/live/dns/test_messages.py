"""What the bytes of an answer mean: every kind told apart."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest

from rules.live.dns.messages import (
    LARGEST,
    DnsQuestion,
    dislikes_edns,
    interpret,
    is_authority,
    question,
    servers_of,
    zone_of,
)
from rules.live.observations import AddressRecord, Alias, NameServer, Reply, ReplyKind, Role
from tests.live.scripted import Asked, answer

NAME = "kube.example.com"
A = f"{NAME}. 60 IN A 192.168.2.151"
SOA = "example.com. 3600 IN SOA ns1. hostmaster. 1 3600 600 86400 60"
RESOLVER = NameServer("192.0.2.53")
AUTHORITY = NameServer("192.0.2.1", role=Role.AUTHORITY, name="ns1.example.com")
AA = dns.flags.AA


def about(rdtype: str = "A", name: str = NAME) -> DnsQuestion:
    return question(name, rdtype, recursion=True)


def wire(asked: DnsQuestion, *records: str, **more: Any) -> bytes:
    return answer(Asked(dns.message.from_wire(asked.wire), asked.wire, tcp=False, times=1), *records, **more)


def reply_words(
    *records: str, rdtype: str = "A", server: NameServer = RESOLVER, name: str = NAME, **more: Any
) -> Reply:
    """What an answer with these records means."""
    asked = about(rdtype, name)
    return interpret(wire(asked, *records, **more), asked, server)


@pytest.mark.parametrize(
    ("recursion", "check", "flags"), [(True, True, 0x0100), (False, True, 0), (True, False, 0x0110)]
)
def test_a_question_has_the_flags_and_the_payload(recursion: bool, check: bool, flags: int) -> None:
    message = dns.message.from_wire(question(NAME, "AAAA", recursion=recursion, check_dnssec=check).wire)
    assert (int(message.flags), message.edns, message.payload) == (flags, 0, 1232)
    assert message.question[0].to_text() == f"{NAME}. IN AAAA"


def test_ids_are_not_predictable() -> None:
    assert len({about().id for _ in range(100)}) > 90


@pytest.mark.parametrize("name", ["x" * 64 + ".example.com", "a..b", ".".join(["abcdefgh"] * 29), "xn--\udc80"])
def test_what_can_not_be_a_name_is_refused_in_words(name: str) -> None:
    with pytest.raises(ValueError, match=r"is not a valid DNS name: \w"):
        question(name, "A", recursion=True)


def test_addresses_with_their_ttl() -> None:
    reply = reply_words(A, f"{NAME}. 60 IN A 192.168.2.140")
    assert reply.kind is ReplyKind.ANSWER
    assert set(reply.records) == {
        AddressRecord(ip_address("192.168.2.151"), 60),
        AddressRecord(ip_address("192.168.2.140"), 60),
    }
    assert (reply.ttl, reply.authoritative, reply.zone, reply.detail) == (60, False, "", "")


def test_ipv6_addresses() -> None:
    reply = reply_words(f"{NAME}. 5 IN AAAA fd00:2::140", rdtype="AAAA")
    assert (reply.question, reply.addresses, reply.ttl) == ("AAAA", (ip_address("fd00:2::140"),), 5)


def test_a_chain_is_followed_in_any_order_and_case() -> None:
    reply = reply_words(
        "lb.example.NET. 20 IN A 192.0.2.7",
        "Kube.Example.com. 300 IN CNAME Cp.example.com.",
        "other.example.com. 1 IN A 192.0.2.9",
        "cp.EXAMPLE.com. 30 IN CNAME lb.example.net.",
    )
    assert reply.kind is ReplyKind.ANSWER
    assert reply.addresses == (ip_address("192.0.2.7"),)
    assert reply.chain == (
        Alias(NAME, "cp.example.com", 300),
        Alias("cp.example.com", "lb.example.net", 30),
    )
    assert reply.ttl == 20


def test_the_name_asked_in_capitals_is_the_same_name() -> None:
    assert reply_words(A, name="KUBE.example.COM.").kind is ReplyKind.ANSWER


def test_names_with_odd_bytes_are_shown_escaped() -> None:
    reply = reply_words(f"{NAME}. 60 IN CNAME a\\000b\\032\\.\\200.example.com.")
    assert reply.chain[0].target == "a\\000b\\032\\.\\200.example.com"


@pytest.mark.parametrize(("sent", "counts"), [(2**31 - 1, 2**31 - 1), (2**31, 0), (2**32 - 1, 0)])
def test_a_ttl_that_is_too_large_counts_as_zero(sent: int, counts: int) -> None:
    asked = about()
    plain = wire(asked, A)
    at = plain.rindex((60).to_bytes(4, "big"))
    reply = interpret(plain[:at] + sent.to_bytes(4, "big") + plain[at + 4 :], asked, RESOLVER)
    assert (reply.kind, reply.ttl) == (ReplyKind.ANSWER, counts)


@pytest.mark.parametrize(
    ("rcode", "kind", "detail"),
    [
        (dns.rcode.SERVFAIL, ReplyKind.SERVFAIL, ""),
        (dns.rcode.REFUSED, ReplyKind.REFUSED, ""),
        (dns.rcode.FORMERR, ReplyKind.RCODE, "FORMERR"),
        (dns.rcode.NOTAUTH, ReplyKind.RCODE, "NOTAUTH"),
        (dns.rcode.BADVERS, ReplyKind.RCODE, "BADVERS"),
        (15, ReplyKind.RCODE, "15"),
    ],
)
@pytest.mark.parametrize("server", [RESOLVER, AUTHORITY])
def test_error_codes(rcode: int, kind: ReplyKind, detail: str, server: NameServer) -> None:
    reply = reply_words(rcode=rcode, server=server)
    assert (reply.kind, reply.detail) == (kind, detail)


@pytest.mark.parametrize(
    ("rcode", "again"), [(dns.rcode.FORMERR, True), (dns.rcode.BADVERS, True), (dns.rcode.NOTAUTH, False)]
)
def test_servers_that_dislike_edns_are_known_by_their_error(rcode: int, again: bool) -> None:
    assert dislikes_edns(reply_words(rcode=rcode)) is again


def test_an_error_may_come_without_the_question() -> None:
    asked = about()
    assert interpret(asked.wire[:2] + bytes.fromhex("8185") + bytes(8), asked, RESOLVER).kind is ReplyKind.REFUSED
    assert (
        interpret(asked.wire[:2] + bytes.fromhex("8180") + bytes(8), asked, RESOLVER).kind is ReplyKind.OTHER_QUESTION
    )


def test_the_reason_for_an_error_is_told() -> None:
    asked = about()
    message = dns.message.make_response(dns.message.from_wire(asked.wire))
    message.set_rcode(dns.rcode.SERVFAIL)
    message.use_edns(options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "no DS matches")])
    assert interpret(message.to_wire(), asked, RESOLVER).detail == "dnssec bogus: no DS matches"
    message.use_edns(options=[dns.edns.EDEOption(dns.edns.EDECode.make(49152))])
    assert interpret(message.to_wire(), asked, RESOLVER).detail == "49152"


def test_nxdomain_says_how_long_it_is_remembered() -> None:
    reply = reply_words(rcode=dns.rcode.NXDOMAIN, authority=[SOA])
    assert (reply.kind, reply.negative_ttl, reply.zone) == (ReplyKind.NXDOMAIN, 60, "example.com")


@pytest.mark.parametrize(("ttl", "minimum", "negative"), [(30, 60, 30), (60, 30, 30), (7, 2**32 - 1, 0)])
def test_nodata_takes_the_smaller_of_the_soas_numbers(ttl: int, minimum: int, negative: int) -> None:
    reply = reply_words(authority=[f"example.com. {ttl} IN SOA ns1. hostmaster. 1 3600 600 86400 {minimum}"])
    assert (reply.kind, reply.negative_ttl, reply.zone) == (ReplyKind.NODATA, negative, "example.com")


def test_a_soa_of_another_zone_says_nothing() -> None:
    reply = reply_words(authority=["example.net. 60 IN SOA ns1. hostmaster. 1 3600 600 86400 60"])
    assert (reply.kind, reply.negative_ttl, reply.zone) == (ReplyKind.NODATA, None, "")


def test_nodata_without_soa() -> None:
    assert reply_words().kind is ReplyKind.NODATA


def test_a_chain_without_addresses() -> None:
    reply = reply_words(f"{NAME}. 60 IN CNAME cp.example.net.")
    assert (reply.kind, reply.detail, reply.ttl) == (ReplyKind.ALIAS, "no A record for cp.example.net", 60)


def test_a_chain_to_a_name_that_is_known_to_have_none_is_nodata() -> None:
    soa = SOA.replace("example.com", "example.net")
    reply = reply_words(f"{NAME}. 60 IN CNAME cp.example.net.", authority=[soa])
    assert (reply.kind, reply.negative_ttl, reply.zone) == (ReplyKind.NODATA, 60, "example.net")


def test_a_chain_to_a_name_that_does_not_exist() -> None:
    reply = reply_words(f"{NAME}. 60 IN CNAME cp.example.com.", rcode=dns.rcode.NXDOMAIN, authority=[SOA])
    assert (reply.kind, reply.detail) == (ReplyKind.NXDOMAIN, "cp.example.com does not exist")
    assert reply.chain == (Alias(NAME, "cp.example.com", 60),)


def test_a_loop() -> None:
    reply = reply_words(f"{NAME}. 60 IN CNAME a.example.com.", f"a.example.com. 60 IN CNAME {NAME}.")
    assert (reply.kind, reply.detail) == (ReplyKind.LOOP, f"{NAME} -> a.example.com -> {NAME}")


def test_an_alias_of_itself() -> None:
    assert reply_words(f"{NAME}. 60 IN CNAME {NAME}.").kind is ReplyKind.LOOP


@pytest.mark.parametrize(
    "record",
    [
        "evil.example.net. 60 IN A 192.0.2.66",
        f"{NAME}. 60 IN TXT a",
        f"{NAME}. 60 IN AAAA fd00::1",
        f"{NAME}. 60 CH A x. 1",
    ],
)
def test_records_of_others_are_unrelated(record: str) -> None:
    reply = reply_words(record)
    assert (reply.kind, reply.records) == (ReplyKind.UNRELATED, ())
    assert reply.detail.startswith(record.split(maxsplit=1)[0].rstrip("."))


def test_the_answer_counts_among_records_of_others() -> None:
    reply = reply_words("evil.example.net. 1 IN A 192.0.2.66", A)
    assert (reply.kind, reply.addresses) == (ReplyKind.ANSWER, (ip_address("192.168.2.151"),))


@pytest.mark.parametrize(
    ("name", "rdtype", "detail"), [("other.example.com", "A", "other.example.com A"), (NAME, "AAAA", f"{NAME} AAAA")]
)
def test_another_question(name: str, rdtype: str, detail: str) -> None:
    asked = about()
    other = wire(question(name, rdtype, recursion=True))
    reply = interpret(asked.wire[:2] + other[2:], asked, RESOLVER)
    assert (reply.kind, reply.detail) == (ReplyKind.OTHER_QUESTION, detail)


def test_another_id() -> None:
    asked = about()
    right = wire(asked, A)
    wrong = (asked.id ^ 1).to_bytes(2, "big") + right[2:]
    assert interpret(wrong, asked, RESOLVER).kind is ReplyKind.OTHER_QUESTION
    assert interpret(right, asked, RESOLVER).kind is ReplyKind.ANSWER


def test_what_is_no_message() -> None:
    asked = about()
    right = wire(asked, A)
    opcode = right[:2] + bytes([right[2] | 0x10]) + right[3:]
    for bad in (b"", right[:2], right[:11], right[:-1], right[:40], asked.wire, opcode, right + bytes(LARGEST)):
        reply = interpret(bad, asked, RESOLVER)
        assert reply.kind is ReplyKind.GARBAGE
        assert reply.detail


def test_bytes_after_the_message_do_no_harm() -> None:
    asked = about()
    assert interpret(wire(asked, A) + b"junk", asked, RESOLVER).kind is ReplyKind.ANSWER


def test_truncation_counts_over_udp_only() -> None:
    asked = about()
    cut = wire(asked, A, flags=dns.flags.TC)
    assert interpret(cut, asked, RESOLVER).kind is ReplyKind.TRUNCATED
    assert interpret(cut[:-7], asked, RESOLVER).kind is ReplyKind.TRUNCATED  # in the middle of a record
    whole = interpret(cut, asked, RESOLVER, tcp=True)
    assert (whole.kind, whole.tcp) == (ReplyKind.ANSWER, True)


def test_an_authoritative_server_answers_with_authority() -> None:
    reply = reply_words(A, server=AUTHORITY, flags=AA)
    assert (reply.kind, reply.authoritative) == (ReplyKind.ANSWER, True)
    assert reply_words(server=AUTHORITY, flags=AA, authority=[SOA]).kind is ReplyKind.NODATA
    assert reply_words(server=AUTHORITY, flags=AA, rcode=dns.rcode.NXDOMAIN).kind is ReplyKind.NXDOMAIN


@pytest.mark.parametrize(
    ("more", "detail"),
    [
        ({"records": (A,), "flags": 0}, "its answer is not authoritative"),
        ({"records": (A,)}, "its answer is not authoritative, like a resolver's"),
        ({"flags": 0, "authority": [". 518400 IN NS a.root-servers.net."]}, "it refers to the servers of '.'"),
        (
            {"flags": 0, "authority": ["example.com. 60 IN NS ns1.example.com."]},
            "it refers to the servers of 'example.com'",
        ),
        ({"flags": 0, "rcode": dns.rcode.NXDOMAIN}, "its answer is not authoritative"),
    ],
)
def test_a_lame_server(more: dict[str, Any], detail: str) -> None:
    reply = reply_words(*more.pop("records", ()), server=AUTHORITY, **more)
    assert (reply.kind, reply.detail, reply.records) == (ReplyKind.LAME, detail, ())


def test_a_referral_is_no_answer_of_a_resolver() -> None:
    reply = reply_words(flags=0, authority=["example.com. 60 IN NS ns1.example.com."])
    assert (reply.kind, reply.detail) == (
        ReplyKind.LAME,
        "it does no recursion, it refers to the servers of 'example.com'",
    )
    assert reply_words(authority=["example.com. 60 IN NS ns1.example.com."]).kind is ReplyKind.NODATA


@pytest.mark.parametrize(("flags", "yes"), [(AA, True), (AA | dns.flags.RA, False), (dns.flags.RA, False), (0, False)])
def test_authority_without_recursion_makes_an_authoritative_server(flags: int, yes: bool) -> None:
    assert is_authority(wire(about(), A, flags=flags)) is yes


@pytest.mark.parametrize(
    ("records", "more", "zone"),
    [
        ((SOA.replace("example.com", NAME),), {}, NAME),
        ((), {"authority": [SOA]}, "example.com"),
        ((), {"authority": [SOA], "rcode": dns.rcode.NXDOMAIN}, "example.com"),
        ((), {"authority": [SOA.replace("example.com", "")]}, "."),
        ((), {"authority": [SOA.replace("example.com", "example.net")]}, ""),
        ((f"{NAME}. 60 IN CNAME x.example.com.",), {"authority": [SOA]}, ""),
        ((), {}, ""),
        ((), {"authority": [SOA], "rcode": dns.rcode.SERVFAIL}, "example.com"),
    ],
)
def test_the_zone_of_a_name(records: tuple[str, ...], more: dict[str, Any], zone: str) -> None:
    asked = about("SOA")
    assert zone_of(wire(asked, *records, **more), asked) == zone


def test_the_servers_of_a_zone_with_the_addresses_that_come_along() -> None:
    asked = about("NS", "example.com")
    message = wire(
        asked,
        "example.com. 60 IN NS NS1.example.com.",
        "example.com. 60 IN NS ns2.example.net.",
        additional=[
            "ns1.example.com. 60 IN A 192.0.2.1",
            "ns1.example.com. 60 IN AAAA fd00::1",
            "evil.example.com. 60 IN A 192.0.2.66",
        ],
    )
    assert servers_of(message, asked) == {
        "ns1.example.com": (ip_address("192.0.2.1"), ip_address("fd00::1")),
        "ns2.example.net": (),
    }
    assert servers_of(wire(asked), asked) == {}
    assert servers_of(message[:-1], asked) == {}
