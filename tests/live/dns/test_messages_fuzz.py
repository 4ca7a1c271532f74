"""Whatever bytes come in: a reply comes out, in little time, and what it shows can be printed."""

from __future__ import annotations

import time

import dns.message
from hypothesis import example, given
from hypothesis import strategies as st

from rules.live.dns.messages import LARGEST, interpret, servers_of, zone_of
from rules.live.observations import NameServer, Reply, ReplyKind, Role
from tests.conftest import Figure
from tests.live.dns.valid import ASKED, VALID
from tests.live.scripted import Asked, answer

SERVERS = [NameServer("192.0.2.53"), NameServer("192.0.2.1", role=Role.AUTHORITY)]
SLICES = st.tuples(st.integers(0, 200), st.integers(0, 4), st.binary(max_size=4))


def check(wire: bytes, rdtype: str, server: NameServer, *, tcp: bool) -> Reply:
    """What has to hold for every message."""
    asked = ASKED[rdtype]
    reply = interpret(wire, asked, server, tcp=tcp, elapsed=0.5)
    assert (reply.server, reply.question, reply.tcp, reply.elapsed) == (server, rdtype, tcp, 0.5)
    assert bool(reply.records) == (reply.kind is ReplyKind.ANSWER and rdtype in ("A", "AAAA"))
    assert all(0 <= ttl < 2**31 for ttl in (reply.ttl or 0, reply.negative_ttl or 0))
    shown = [reply.zone, *(name for alias in reply.chain for name in (alias.name, alias.target))]
    shown += [zone_of(wire, asked), *servers_of(wire, asked)]
    assert all(name.isascii() and name.isprintable() for name in shown)
    assert [alias.target for alias in reply.chain[:-1]] == [alias.name for alias in reply.chain[1:]]
    return reply


@given(st.binary(max_size=600), st.sampled_from(list(ASKED)), st.sampled_from(SERVERS), st.booleans())
def test_any_bytes(data: bytes, rdtype: str, server: NameServer, tcp: bool) -> None:
    check(data, rdtype, server, tcp=tcp)


@given(st.binary(max_size=600), st.sampled_from(list(ASKED)), st.sampled_from(SERVERS))
def test_any_bytes_after_a_header_and_question_that_fit(data: bytes, rdtype: str, server: NameServer) -> None:
    asked = ASKED[rdtype].wire
    counts = data[:6].ljust(6, b"\1").translate(bytes(i % 4 for i in range(256)))
    question_section = asked[12 : len(asked) - 11]  # without the OPT record
    wire = asked[:2] + b"\x81\x80\0\1" + b"".join(b"\0" + counts[i : i + 1] for i in (0, 1, 2)) + question_section
    check(wire + data[6:], rdtype, server, tcp=False)


@given(st.sampled_from(list(ASKED)), st.lists(SLICES, max_size=4), st.sampled_from(SERVERS), st.booleans())
@example("A", [], SERVERS[0], False)
def test_valid_messages_with_some_bytes_changed(
    rdtype: str, changes: list[tuple[int, int, bytes]], server: NameServer, tcp: bool
) -> None:
    wire = VALID[rdtype]
    for at, length, new in changes:
        wire = wire[: at % len(wire)] + new + wire[at % len(wire) + length :]
    reply = check(wire, rdtype, server, tcp=tcp)
    if not changes and server.role is Role.RESOLVER:
        assert reply.kind is ReplyKind.ANSWER


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_any_graph_of_aliases_ends(edges: list[tuple[int, int]]) -> None:
    names = ["kube.example.com", *(f"n{i}.example.com" for i in range(1, 10))]
    asked = ASKED["A"]
    records = [f"{names[a]}. 60 IN CNAME {names[b]}." for a, b in dict(edges).items()]
    wire = answer(Asked(dns.message.from_wire(asked.wire), asked.wire, tcp=False, times=1), *records)
    reply = check(wire, "A", SERVERS[0], tcp=False)
    at, seen = 0, [0]
    while (at := dict(edges).get(at, -1)) >= 0 and at not in seen:
        seen.append(at)
    expected = ReplyKind.LOOP if at >= 0 else ReplyKind.ALIAS if records and 0 in dict(edges) else None
    assert reply.kind is (expected or (ReplyKind.UNRELATED if records else ReplyKind.NODATA))


def test_the_largest_message_with_the_longest_names_is_read_quickly(figure: Figure) -> None:
    """Names of 127 labels in many records: the reading time is bounded by what is taken at all."""
    asked = ASKED["A"]
    head = asked.wire[:2] + bytes.fromhex("81800001") + bytes(6) + asked.wire[12 : len(asked.wire) - 11]
    long_name = b"\1a" * 126 + b"\0"
    pointer = (0xC000 | len(head)).to_bytes(2, "big")
    first = long_name + bytes.fromhex("000100010000003c0004c0000201")
    more = pointer + bytes.fromhex("000100010000003c0004c0000201")
    records = (LARGEST - len(head) - len(first)) // len(more)
    wire = head[:6] + (records + 1).to_bytes(2, "big") + head[8:] + first + more * records
    begun = time.perf_counter()
    reply = interpret(wire, asked, SERVERS[0], tcp=True)
    took = time.perf_counter() - begun
    figure(f"a DNS message of {len(wire)} bytes and {records} names of 127 labels: {took * 1000:.0f} ms")
    assert reply.kind is ReplyKind.UNRELATED
    assert took < 1
