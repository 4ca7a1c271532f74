"""All servers of a name asked at once: resolvers, and the authoritative servers behind them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import dns.flags
import dns.rcode
import pytest

from rules.live.dns.survey import survey
from rules.live.observations import DnsView, NameServer, ReplyKind, Role
from tests.conftest import Figure
from tests.live.dns.asking import quiet, within
from tests.live.dns.name_servers import free_port, loopback
from tests.live.dns.zones import NAME, PATIENT, ZONE, Place, asked, authority, delegated, kinds, place, record
from tests.live.scripted import Asked, Script, Scripted, answer, scripted, serving, silent

__all__ = ["place", "quiet"]  # fixtures
pytestmark = [pytest.mark.usefixtures("quiet"), pytest.mark.slow]


def test_resolvers_and_authorities_are_asked_for_both_families(place: Place) -> None:
    table = delegated(("ns1", place.first), ("ns2", place.second))
    with (
        scripted(serving(table)) as resolver,
        authority(place.first, place.port, {(NAME, "A"): [record("192.168.2.140")]}) as ns1,
        authority(place.second, place.port, {(NAME, "A"): [record("192.168.2.141")]}),
    ):
        view = asked([resolver.server], place.port)
    assert view.zone == ZONE
    assert view.notes == ()
    assert [(r.server.role, r.server.name, r.question, r.kind) for r in view.replies] == [
        (Role.RESOLVER, "", "A", ReplyKind.ANSWER),
        (Role.RESOLVER, "", "AAAA", ReplyKind.NODATA),
        (Role.AUTHORITY, "ns1.example.com", "A", ReplyKind.ANSWER),
        (Role.AUTHORITY, "ns1.example.com", "AAAA", ReplyKind.NODATA),
        (Role.AUTHORITY, "ns2.example.com", "A", ReplyKind.ANSWER),
        (Role.AUTHORITY, "ns2.example.com", "AAAA", ReplyKind.NODATA),
    ]
    assert [str(a) for r in view.of(Role.AUTHORITY, "A") for a in r.addresses] == ["192.168.2.140", "192.168.2.141"]
    assert not any(question.message.flags & dns.flags.RD for question in ns1.heard)
    assert all(question.message.flags & dns.flags.RD for question in resolver.heard)


def test_silent_resolvers_cost_one_timeout_together_and_do_not_delay_the_authorities(
    place: Place, figure: Figure
) -> None:
    with (
        scripted(silent) as first,
        scripted(silent) as second,
        scripted(serving(delegated(("ns1", place.first)))) as good,
        authority(place.first, place.port, {(NAME, "A"): [record("192.168.2.151")]}) as ns1,
    ):
        begun = time.monotonic()
        view = asked([first.server, second.server, good.server], place.port, 1.0)
        took = time.monotonic() - begun
        figure(f"3 resolvers of which 2 are silent, timeout 1 s: {took:.3f} s")
    assert kinds(view.replies) == {
        first.server.address: [ReplyKind.TIMEOUT] * 2,
        second.server.address: [ReplyKind.TIMEOUT] * 2,
        good.server.address: [ReplyKind.ANSWER, ReplyKind.NODATA],
        "ns1.example.com": [ReplyKind.ANSWER, ReplyKind.NODATA],
    }
    assert took < 2
    assert len(ns1.heard) == 2 + 1  # the third one is the name beside ours
    assert max(reply.elapsed for reply in view.of(Role.AUTHORITY)) < 0.9


def test_everything_ends_at_the_deadline(figure: Figure) -> None:
    async def overshoot(deadline: float) -> float:
        await survey(NAME, [server.server], deadline)
        return asyncio.get_running_loop().time() - deadline

    with scripted(silent) as server:
        late = min(within(0.3, overshoot) for _ in range(3))
    figure(f"a survey with a silent resolver ends {late * 1000:.1f} ms after the deadline")
    assert 0 <= late < 0.2


def test_silent_authorities_are_told_as_such(place: Place) -> None:
    with (
        scripted(serving(delegated(("ns1", place.first)))) as resolver,
        scripted(silent, address=place.first, port=place.port),
    ):
        view = asked([resolver.server], place.port, 0.5)
    assert kinds(view.of(Role.AUTHORITY)) == {"ns1.example.com": [ReplyKind.TIMEOUT] * 2}
    assert view.notes == ()


def test_authorities_that_got_too_little_time_are_not_called_silent(place: Place) -> None:
    inner = serving(delegated(("ns1", place.first)))

    def slow(question: Asked) -> list[bytes]:
        return list(inner(question)) if question.rdtype in ("A", "AAAA") or question.times == 3 else []

    with scripted(slow) as resolver, scripted(silent, address=place.first, port=place.port) as ns1:
        view = asked([resolver.server], place.port, 3.0)
    assert ns1.heard
    assert view.of(Role.AUTHORITY) == ()
    assert view.notes == (
        f"too little time was left for ns1.example.com ({place.first} port {place.port}) because the resolvers took so "
        "long; try a larger '--timeout'",
    )


def test_a_chain_that_has_addresses_of_one_family_has_none_of_the_other(place: Place) -> None:
    """Where no SOA says so: the server is known to have followed the chain."""
    alias = f"{NAME}. 60 IN CNAME cp.{ZONE}."
    chain = {(NAME, "A"): [alias, record("10.0.0.1", f"cp.{ZONE}")], (NAME, "AAAA"): [alias]}
    with (
        scripted(serving({**delegated(("ns1", place.first)), **chain})) as resolver,
        authority(place.first, place.port, chain),
    ):
        view = asked([resolver.server], place.port)
    assert [reply.kind for reply in view.replies] == [ReplyKind.ANSWER, ReplyKind.NODATA] * 2


def test_a_resolver_that_is_an_authoritative_server_is_told_as_one(place: Place) -> None:
    records = delegated(("ns1", place.second))
    with authority(place.first, place.port, records) as hidden, authority(place.second, place.port, records) as ns1:
        view = asked([hidden.server, ns1.server], place.port)
    assert {reply.server.role for reply in view.replies} == {Role.AUTHORITY}
    assert kinds(view.replies) == {
        place.first: [ReplyKind.ANSWER, ReplyKind.NODATA],
        f"ns1.{ZONE}": [ReplyKind.ANSWER, ReplyKind.NODATA],
    }


def test_a_resolver_given_twice_is_asked_once() -> None:
    with scripted(serving(delegated())) as resolver:
        view = asked([resolver.server, resolver.server])
    assert len(view.replies) == 2
    assert [question.rdtype for question in resolver.heard].count("A") == 1


def test_names_are_asked_in_one_spelling(place: Place) -> None:
    with (
        scripted(serving(delegated(("ns1", place.first)))) as resolver,
        authority(place.first, place.port, {(NAME, "A"): [record("10.0.0.1")]}),
    ):
        view = asked([resolver.server], place.port, name="KUBE.Example.com.")
    assert [reply.kind for reply in view.replies] == [ReplyKind.ANSWER, ReplyKind.NODATA] * 2


def test_without_resolvers_or_with_no_name_nobody_is_asked() -> None:
    assert asked([]) == DnsView(
        notes=("no name server was queried: this machine has no resolver; pass one with '--resolver'",)
    )
    view = asked([NameServer("192.0.2.53")], name="kube..example.com")
    assert view.replies == ()
    assert view.notes == (
        "no name server was queried: 'kube..example.com' is not a valid DNS name: a dns label is empty",
    )


def garbage(question: Asked) -> list[bytes]:
    return [question.wire[:2] + b"\x81\x80" + bytes(range(200))]


def empty(question: Asked) -> list[bytes]:
    return [answer(question)]


def everything_for_all(question: Asked) -> list[bytes]:
    name = f"{question.name}."
    return [
        answer(
            question,
            f"{name} 60 IN A 127.0.0.1",
            f"{name} 60 IN NS \\000\\@\\..{'x' * 63}.",
            f"{name} 60 IN NS .",
            f"{name} 60 IN SOA {name} {name} 1 2 3 4 5",
            flags=dns.flags.AA,
        )
    ]


@pytest.mark.parametrize("script", [garbage, empty, everything_for_all])
@pytest.mark.parametrize("name", [NAME, "kube", "a\\.b.example.com", "\\000.example.com", "bücher.example"])
def test_strange_servers_and_names_raise_nothing(script: Callable[[Asked], list[bytes]], name: str) -> None:
    port = free_port(loopback())
    with scripted(script) as resolver:
        view = asked([resolver.server], port, 0.3, name)
    assert len(view.replies) >= 2


def test_cancelling_leaves_nothing_behind(place: Place) -> None:
    async def cancelled(authorities: Scripted, resolvers: Sequence[Scripted]) -> None:
        loop = asyncio.get_running_loop()
        servers = [resolver.server for resolver in resolvers]
        task = asyncio.create_task(survey(NAME, servers, loop.time() + PATIENT, authority_port=place.port))
        while not authorities.heard:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    script: Script = serving(delegated(("ns1", place.first)))
    with (
        scripted(script) as good,
        scripted(silent) as bad,
        scripted(silent, address=place.first, port=place.port) as ns1,
    ):
        asyncio.run(cancelled(ns1, [good, bad]))
        gc.collect()  # a socket that was not closed makes a ResourceWarning, which is an error


FLOOD = """
import os, socket, sys, threading
os.nice(10)  # to fill the network is enough: the processor is needed to answer
address, port, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((address, port))
print("ready", flush=True)
def message(wire):
    head = wire[:2] + bytes.fromhex("81800001") + bytes(6)
    if kind == "id":
        return bytes([wire[0] ^ 255]) + head[1:] + wire[12:]
    if kind == "question":
        return head + b"\\4evil" + wire[17:]
    if kind == "nonsense":
        return head + bytes(200)
    # A right question, and names of 127 labels that take long to read, cut off at the end.
    head = head[:6] + b"\\0\\xf0" + head[8:] + wire[12 : len(wire) - 11]
    record = bytes.fromhex("000100010000003c0004c0000201")
    pointer = (0xC000 | len(head)).to_bytes(2, "big")
    return (head + b"\\1a" * 126 + b"\\0" + record + (pointer + record) * 239)[:-1]
def flood(wire, asker):
    while True:
        sock.sendto(message(wire), asker)
while True:
    threading.Thread(target=flood, args=sock.recvfrom(512), daemon=True).start()
"""


@pytest.mark.parametrize("kind", ["id", "question", "nonsense", "long"])
def test_a_flood_does_not_delay_the_end(kind: str, figure: Figure) -> None:
    """Several resolvers, each of which sends wrong answers faster than they can be read."""
    servers = [NameServer(address, free_port(address)) for address in (loopback(), loopback())]
    timeout = 0.5
    with contextlib.ExitStack() as stack:
        for server in servers:
            command = [sys.executable, "-c", FLOOD, server.address, str(server.port), kind]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        begun = time.monotonic()
        view = within(timeout, lambda deadline: survey(NAME, servers, deadline))
        took = time.monotonic() - begun
    figure(f"a flood of wrong answers ({kind}) from 2 resolvers: {(took - timeout) * 1000:.0f} ms after the deadline")
    assert {reply.kind for reply in view.replies} <= {ReplyKind.OTHER_QUESTION, ReplyKind.GARBAGE, ReplyKind.TIMEOUT}
    assert took < timeout + 2
