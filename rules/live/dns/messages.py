"""DNS messages: the queries that are sent, and the meaning of an answer's bytes. Pure: no socket.

The bytes of an answer come from anywhere, so nothing here raises whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.NS
import dns.rdtypes.ANY.OPT
import dns.rdtypes.ANY.SOA
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA  # otherwise loaded on first use, which would count as the server's time
import dns.rrset

from parsers.records import NamedTuple
from rules.live.observations import AddressRecord, Alias, IPAddress, NameServer, Reply, ReplyKind, Role

UDP_PAYLOAD = 1232  # bytes that fit IPv6's smallest MTU unfragmented: the value agreed on for DNS flag day 2020
LARGEST = 4096  # bytes: room for 250 addresses. A hostile message of that size takes 0.15 s to read (dnspython 2.9)
_LARGEST_TTL = 2**31 - 1  # RFC 2181 section 8: larger values count as 0
_LONGEST_TEXT = 100  # characters of a server's own text
_ADDRESSES = ("A", "AAAA")
_ERRORS = {dns.rcode.SERVFAIL: ReplyKind.SERVFAIL, dns.rcode.REFUSED: ReplyKind.REFUSED}
# What servers from before RFC 6891 answer to a query with EDNS, or with a version that they don't support.
_EDNS_ERRORS = ("FORMERR", "NOTIMP", "BADVERS")


class DnsQuestion(NamedTuple):
    """A query as it is sent: `rdtype` is "A", "AAAA", "SOA" or "NS"; `wire` the message, without a TCP length."""

    id: int
    name: dns.name.Name
    rdtype: str
    wire: bytes


class _Fault(NamedTuple):
    """Why a message is not an answer to the query."""

    kind: ReplyKind
    detail: str


def question(name: str, rdtype: str, *, recursion: bool, check_dnssec: bool = True, edns: bool = True) -> DnsQuestion:
    """A query for a name, with a random id.

    `recursion` sets RD, which resolvers need and authoritative servers don't; `check_dnssec=False` sets CD (RFC 4035
    section 3.2.2); `edns` announces room for 1232 bytes.

    Raises ValueError with the reason for an invalid DNS name (a label of more than 63 bytes, ...).
    """
    try:
        qname = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{name!a} is not a valid DNS name: {str(error).rstrip('.').lower()}") from None
    flags = (dns.flags.RD if recursion else 0) | (0 if check_dnssec else dns.flags.CD)
    message = dns.message.make_query(qname, rdtype, use_edns=0 if edns else False, payload=UDP_PAYLOAD, flags=flags)
    return DnsQuestion(message.id, qname, rdtype, message.to_wire())


def interpret(
    wire: bytes, asked: DnsQuestion, server: NameServer, *, tcp: bool = False, elapsed: float = 0.0, detail: str = ""
) -> Reply:
    """A message as a reply to the query sent to `server`; never raises, whatever the bytes are.

    The server's role counts: an authoritative one must answer authoritatively (AA), otherwise it is LAME. The CNAME
    chain is followed in the answer section, whatever the order of its records. A negative answer to a chain is about
    the chain's last name (RFC 2308 section 2.1).
    """
    empty = Reply(server, asked.rdtype, ReplyKind.GARBAGE, tcp=tcp, elapsed=elapsed, detail=detail)
    message = _read(wire, asked, tcp=tcp)
    if isinstance(message, _Fault):
        return empty._replace(kind=message.kind, detail=message.detail)
    answer = _Answer(message, asked)
    kind, why = answer.meaning(server.role)
    negative_ttl, zone = answer.negative()
    return empty._replace(
        kind=kind,
        records=answer.records() if kind is ReplyKind.ANSWER else (),
        chain=tuple(answer.chain),
        negative_ttl=negative_ttl,
        zone=zone,
        authoritative=answer.authoritative,
        detail=why or detail,
    )


def dislikes_edns(reply: Reply) -> bool:
    """Whether the query should be repeated without EDNS (RFC 6891 section 7)."""
    return reply.kind is ReplyKind.RCODE and reply.detail in _EDNS_ERRORS


def is_authority(wire: bytes) -> bool:
    """Whether the sender answers authoritatively and does no recursion (AA without RA): it is not a resolver."""
    flags = int.from_bytes(wire[2:4], "big")
    return bool(flags & dns.flags.AA) and not flags & dns.flags.RA


def zone_of(wire: bytes, asked: DnsQuestion) -> str:
    """The zone of the name in an SOA query, "" if the answer does not contain it.

    It is the owner of the SOA record at the name itself or, in the authority section, above it (RFC 2308 section 3).
    After a CNAME the SOA belongs to the target's zone, not to the name's.
    """
    message = _read(wire, asked, tcp=True)
    if isinstance(message, _Fault):
        return ""
    answer = _Answer(message, asked)
    if answer.chain:
        return ""
    if answer.find(asked.name, "SOA"):
        return shown_name(asked.name)
    return answer.negative()[1]


def servers_of(wire: bytes, asked: DnsQuestion) -> dict[str, tuple[IPAddress, ...]]:
    """The name servers in the answer to an NS query, with the addresses that it adds for them."""
    message = _read(wire, asked, tcp=True)
    if isinstance(message, _Fault):
        return {}
    listed = _Answer(message, asked).find(asked.name, "NS") or ()
    return {shown_name(record.target): tuple(_glue(message, record.target)) for record in listed}


def _glue(message: dns.message.Message, name: dns.name.Name) -> Iterator[IPAddress]:
    for rrset in message.additional:
        if rrset.name == name and _type(rrset) in _ADDRESSES:
            yield from (ip_address(record.address) for record in rrset)


def _read(wire: bytes, asked: DnsQuestion, *, tcp: bool) -> dns.message.Message | _Fault:
    """The message if it answers the query; TRUNCATED counts as a fault."""
    if len(wire) < 12:
        return _Fault(ReplyKind.GARBAGE, f"it has {len(wire)} bytes, but a DNS message has at least 12")
    if len(wire) > LARGEST:
        return _Fault(ReplyKind.GARBAGE, f"it has more than {LARGEST} bytes")
    flags = int.from_bytes(wire[2:4], "big")
    if int.from_bytes(wire[:2], "big") != asked.id:
        return _Fault(ReplyKind.OTHER_QUESTION, "its id is not the query's")
    if not flags & dns.flags.QR or dns.opcode.from_flags(flags) != dns.opcode.QUERY:
        return _Fault(
            ReplyKind.GARBAGE, "it is marked as a question" if not flags & dns.flags.QR else "it is not a QUERY"
        )
    cut = bool(flags & dns.flags.TC) and not tcp
    try:
        # The question first: the rest of what answers another one need not be read, which takes time.
        message = dns.message.from_wire(wire, question_only=True, ignore_trailing=True)
        if not cut and not _other_question(message, asked):
            message = dns.message.from_wire(wire, ignore_trailing=True)
    except Exception as error:  # whatever the library fails on, the bytes are to blame
        words = str(error).rstrip(".") if isinstance(error, dns.exception.DNSException) else ""
        return _Fault(ReplyKind.GARBAGE, words[:_LONGEST_TEXT].lower() or type(error).__name__)
    if other := _other_question(message, asked):
        return _Fault(ReplyKind.OTHER_QUESTION, other)
    return _Fault(ReplyKind.TRUNCATED, "") if cut else message


def _other_question(message: dns.message.Message, asked: DnsQuestion) -> str:
    """The query that a message answers if it is not this one. Errors may come without the query."""
    if not message.question:
        failed = message.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
        return "" if failed else "it contains no question"
    first = message.question[0]
    same = first.name == asked.name and _type(first) == asked.rdtype and len(message.question) == 1
    return "" if same else f"{shown_name(first.name)} {dns.rdatatype.to_text(first.rdtype)}"


def shown_name(name: dns.name.Name) -> str:
    """A name in lower case without the final dot ("." for the root); unprintable bytes are written as `\\DDD`."""
    return name.to_text(omit_final_dot=True).lower()


def _type(rrset: dns.rrset.RRset) -> str:
    """The type's name, "" for what is not of class IN."""
    return dns.rdatatype.to_text(rrset.rdtype) if rrset.rdclass == dns.rdataclass.IN else ""


def _ttl(value: int) -> int:
    return value if value <= _LARGEST_TTL else 0


class _Answer:
    """A message that answers the query: `chain` leads to `end`, the name that should have the records."""

    def __init__(self, message: dns.message.Message, asked: DnsQuestion) -> None:
        self.message = message
        self.asked = asked
        self.authoritative = bool(message.flags & dns.flags.AA)
        self.recursive = bool(message.flags & dns.flags.RA)
        self._found = {(rrset.name, _type(rrset)): rrset for rrset in message.answer}
        self.chain: list[Alias] = []
        self.end = asked.name
        self.loops = False
        self._follow()

    def find(self, name: dns.name.Name, rdtype: str) -> Any:
        """The records of the answer section at a name, None without any (dnspython has hardly any types for them)."""
        return self._found.get((name, rdtype))

    def _follow(self) -> None:
        seen = {self.end}
        while not self.find(self.end, self.asked.rdtype) and (alias := self.find(self.end, "CNAME")):
            target = alias[0].target
            self.chain.append(Alias(shown_name(self.end), shown_name(target), _ttl(alias.ttl)))
            self.end = target
            if target in seen:
                self.loops = True
                return
            seen.add(target)

    def records(self) -> tuple[AddressRecord, ...]:
        """The addresses at the end of the chain, in the order of the message."""
        found = self.find(self.end, self.asked.rdtype)
        if found is None or self.asked.rdtype not in _ADDRESSES:
            return ()
        return tuple(AddressRecord(ip_address(record.address), _ttl(found.ttl)) for record in found)

    def negative(self) -> tuple[int | None, str]:
        """For how long a negative answer may be cached, and the zone that it comes from (RFC 2308 section 5)."""
        for rrset in self.message.authority:
            if _type(rrset) == "SOA" and self.end.is_subdomain(rrset.name):
                soa: Any = rrset[0]
                return min(_ttl(rrset.ttl), _ttl(soa.minimum)), shown_name(rrset.name)
        return None, ""

    def meaning(self, role: Role) -> tuple[ReplyKind, str]:
        """The kind of the answer, and what went wrong in words."""
        rcode = self.message.rcode()
        if rcode in _ERRORS:
            return _ERRORS[rcode], self._reason()
        if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return ReplyKind.RCODE, dns.rcode.to_text(rcode)
        if role is Role.AUTHORITY and not self.authoritative:
            return ReplyKind.LAME, self._without_authority()
        if self.loops:
            return ReplyKind.LOOP, " -> ".join([*(alias.name for alias in self.chain), self.chain[-1].target])
        if rcode == dns.rcode.NXDOMAIN:
            return ReplyKind.NXDOMAIN, f"{shown_name(self.end)} does not exist" if self.chain else ""
        return self._content(role)

    def _content(self, role: Role) -> tuple[ReplyKind, str]:
        """The kind of an answer without an error code."""
        if self.find(self.end, self.asked.rdtype):
            return ReplyKind.ANSWER, ""
        if self.chain:
            none = f"no {self.asked.rdtype} record for {shown_name(self.end)}"
            return (ReplyKind.ALIAS, none) if self.negative()[0] is None else (ReplyKind.NODATA, none)
        if self.message.answer:
            first = self.message.answer[0]
            return ReplyKind.UNRELATED, f"{shown_name(first.name)} {dns.rdatatype.to_text(first.rdtype)}"
        if role is Role.RESOLVER and not self.recursive and self._referral():
            return ReplyKind.LAME, f"it does no recursion, {self._without_authority()}"
        return ReplyKind.NODATA, ""

    def _referral(self) -> dns.rrset.RRset | None:
        """The NS records of the zone that the server refers to (RFC 1034 section 4.3.1)."""
        if self.authoritative or self.negative()[0] is not None:
            return None
        return next((rrset for rrset in self.message.authority if _type(rrset) == "NS"), None)

    def _without_authority(self) -> str:
        if referral := self._referral():
            return f"it refers to the servers of '{shown_name(referral.name)}'"
        if self.recursive:
            return "its answer is not authoritative, like a resolver's"
        return "its answer is not authoritative"

    def _reason(self) -> str:
        """The reason that a server adds to an error code (RFC 8914)."""
        for option in self.message.options:
            if isinstance(option, dns.edns.EDEOption):
                known = option.code in iter(dns.edns.EDECode)
                words = dns.edns.EDECode(option.code).name.replace("_", " ").lower() if known else str(option.code)
                return f"{words}: {option.text[:_LONGEST_TEXT]}" if option.text else words
        return ""
