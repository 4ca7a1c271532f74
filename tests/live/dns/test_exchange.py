"""One question to one name server that behaves as badly as a script says."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import time
from collections.abc import Callable

import dns.flags
import dns.rcode
import pytest

from rules.live.dns.exchange import Heard, ask, ask_resolver
from rules.live.observations import NameServer, Reply, ReplyKind
from tests.live.dns.asking import LATE, quiet, within
from tests.live.dns.name_servers import free_port, loopback
from tests.live.scripted import Asked, Hold, Script, Scripted, answer, scripted, silent

__all__ = ["quiet"]  # a fixture
pytestmark = pytest.mark.usefixtures("quiet")

NAME = "kube.example.com"
A = f"{NAME}. 60 IN A 192.168.2.151"
PATIENT = 5.0  # seconds; no test waits for it
SHORT = 0.3  # seconds; for the tests that wait until the end


def heard_from(server: NameServer, seconds: float = PATIENT) -> Heard:
    return within(seconds, lambda deadline: ask_resolver(server, NAME, "A", deadline))


def reply_of(script: Script, seconds: float = PATIENT, *, tcp: bool = True) -> tuple[Reply, Scripted]:
    with scripted(script, tcp=tcp) as server:
        return heard_from(server.server, seconds).reply, server


def right(asked: Asked) -> list[bytes]:
    return [answer(asked, A)]


def test_an_answer() -> None:
    reply, server = reply_of(right)
    assert (reply.kind, reply.ttl, reply.tcp, reply.server) == (ReplyKind.ANSWER, 60, False, server.server)
    assert 0 < reply.elapsed < PATIENT
    assert len(server.heard) == 1


def test_an_answer_over_ipv6() -> None:
    with scripted(right, address="::1") as server:
        assert heard_from(server.server).reply.kind is ReplyKind.ANSWER


def test_silence_is_asked_three_times_in_the_same_words() -> None:
    reply, server = reply_of(silent, SHORT)
    assert reply.kind is ReplyKind.TIMEOUT
    assert reply.elapsed == pytest.approx(SHORT, abs=0.2)
    assert len(server.heard) == 3
    assert len({asked.wire for asked in server.heard}) == 1


def test_a_late_answer_to_the_first_question_counts() -> None:
    first: list[Asked] = []

    def late(asked: Asked) -> list[bytes]:
        first.append(asked)
        return right(first[0]) if asked.times == 2 else []

    reply, server = reply_of(late, 1.0)
    assert reply.kind is ReplyKind.ANSWER
    assert reply.elapsed > 0.3
    assert len(server.heard) == 2


def test_nobody_listens() -> None:
    address = loopback()
    server = NameServer(address, free_port(address))
    reply = heard_from(server).reply
    assert (reply.kind, reply.detail) == (ReplyKind.UNREACHABLE, f"nothing listens on port {server.port}")
    assert reply.elapsed < 1


@pytest.mark.parametrize("address", ["ns1.example.com", "fe80::1%nowhere", "fe80::1", ""])
def test_no_way_to_the_server(address: str) -> None:
    reply = heard_from(NameServer(address)).reply
    assert reply.kind is ReplyKind.UNREACHABLE
    assert reply.detail


@pytest.mark.parametrize("bad", [b"", b"\0", b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(65000)])
def test_garbage_does_not_hide_the_answer(bad: bytes) -> None:
    reply, _ = reply_of(lambda asked: [bad, asked.wire[:2] + bad[:9], *right(asked)])
    assert reply.kind is ReplyKind.ANSWER


def test_garbage_alone_is_told_when_the_time_is_over() -> None:
    reply, _ = reply_of(lambda asked: [asked.wire[:2] + b"nonsense"], SHORT)
    assert (reply.kind, reply.detail) == (ReplyKind.GARBAGE, "it has 10 bytes, but a DNS message has at least 12")
    assert reply.elapsed == pytest.approx(SHORT, abs=0.2)


def wrong_id(asked: Asked) -> bytes:
    message = answer(asked, f"{NAME}. 60 IN A 192.0.2.66")
    return (asked.message.id ^ 0xFFFF).to_bytes(2, "big") + message[2:]


def other_name(asked: Asked) -> bytes:
    return answer(asked, "evil.example.com. 60 IN A 192.0.2.66").replace(b"\4kube", b"\4evil")


@pytest.mark.parametrize("forged", [wrong_id, other_name])
def test_a_forged_answer_does_not_hide_the_answer(forged: Callable[[Asked], bytes]) -> None:
    reply, _ = reply_of(lambda asked: [forged(asked)] * 50 + right(asked))
    assert [str(address) for address in reply.addresses] == ["192.168.2.151"]
    alone, _ = reply_of(lambda asked: [forged(asked)], SHORT)
    assert (alone.kind, alone.records) == (ReplyKind.OTHER_QUESTION, ())


def test_records_of_another_owner() -> None:
    reply, _ = reply_of(lambda asked: [answer(asked, "evil.example.com. 60 IN A 192.0.2.66")])
    assert (reply.kind, reply.detail) == (ReplyKind.UNRELATED, "evil.example.com A")


def test_a_loop_and_a_referral() -> None:
    loop, _ = reply_of(lambda asked: [answer(asked, f"{NAME}. 60 IN CNAME {NAME}.")])
    assert loop.kind is ReplyKind.LOOP
    lame, _ = reply_of(lambda asked: [answer(asked, flags=0, authority=["com. 60 IN NS a.gtld-servers.net."])])
    assert lame.kind is ReplyKind.LAME


def cut_off(asked: Asked) -> list[bytes]:
    return [answer(asked, flags=dns.flags.TC | dns.flags.RA)]


def test_a_cut_off_answer_is_taken_over_tcp() -> None:
    many = [f"{NAME}. 60 IN A 192.0.2.{i}" for i in range(1, 200)]
    reply, _ = reply_of(lambda asked: [answer(asked, *many)] if asked.tcp else cut_off(asked))
    assert (reply.kind, reply.tcp, len(reply.addresses)) == (ReplyKind.ANSWER, True, 199)


def test_a_cut_off_answer_without_tcp() -> None:
    reply, server = reply_of(cut_off, tcp=False)
    assert (reply.kind, reply.tcp) == (ReplyKind.TRUNCATED, False)
    assert reply.detail == f"over TCP: nothing listens on port {server.server.port}"


def test_a_cut_off_answer_and_silence_over_tcp() -> None:
    def script(asked: Asked) -> list[bytes]:
        if asked.tcp:
            raise Hold
        return cut_off(asked)

    reply, _ = reply_of(script, SHORT)
    assert (reply.kind, reply.detail) == (ReplyKind.TRUNCATED, "over TCP: no answer within the timeout")


@pytest.mark.parametrize(
    ("over_tcp", "detail"),
    [
        ([], "connection closed"),
        ([b""], "it has 0 bytes, but a DNS message has at least 12"),
        ([bytes(60000)], "it has more than 4096 bytes"),
    ],
)
def test_a_cut_off_answer_and_nonsense_over_tcp(over_tcp: list[bytes], detail: str) -> None:
    reply, _ = reply_of(lambda asked: over_tcp if asked.tcp else cut_off(asked))
    assert (reply.kind, reply.detail) == (ReplyKind.TRUNCATED, f"over TCP: {detail}")


@pytest.mark.parametrize(
    ("rcode", "kind"), [(dns.rcode.REFUSED, ReplyKind.REFUSED), (dns.rcode.NOTAUTH, ReplyKind.RCODE)]
)
def test_a_refusal_is_final(rcode: int, kind: ReplyKind) -> None:
    reply, server = reply_of(lambda asked: [answer(asked, rcode=rcode)])
    assert (reply.kind, reply.bogus, len(server.heard)) == (kind, False, 1)


def test_a_server_from_before_edns_is_asked_without() -> None:
    def script(asked: Asked) -> list[bytes]:
        return right(asked) if asked.message.edns < 0 else [answer(asked, rcode=dns.rcode.FORMERR)]

    reply, server = reply_of(script)
    assert (reply.kind, len(server.heard)) == (ReplyKind.ANSWER, 2)


def failing(asked: Asked) -> list[bytes]:
    return [answer(asked, rcode=dns.rcode.SERVFAIL)]


def unchecked(asked: Asked) -> bool:
    return bool(asked.message.flags & dns.flags.CD)


def test_a_failure_that_ends_without_validation_is_bogus() -> None:
    reply, _ = reply_of(lambda asked: right(asked) if unchecked(asked) else failing(asked))
    assert (reply.kind, reply.bogus, reply.records) == (ReplyKind.SERVFAIL, True, ())


def test_a_failure_that_does_not_end_without_validation_is_not_bogus() -> None:
    reply, _ = reply_of(failing)
    assert (reply.kind, reply.bogus) == (ReplyKind.SERVFAIL, False)


def test_a_failure_that_passes_is_not_bogus() -> None:
    failed: list[Asked] = []

    def script(asked: Asked) -> list[bytes]:
        if failed:
            return right(asked)
        failed.append(asked)
        return failing(asked)

    reply, _ = reply_of(script)
    assert (reply.kind, reply.bogus) == (ReplyKind.ANSWER, False)


def test_a_failure_that_is_not_repeated_is_not_bogus() -> None:
    said: list[Asked] = []

    def script(asked: Asked) -> list[bytes]:
        if unchecked(asked):
            return right(asked)
        said.append(asked)
        return failing(asked) if len(said) == 1 else []

    reply, _ = reply_of(script, SHORT)
    assert (reply.kind, reply.bogus) == (ReplyKind.SERVFAIL, False)


def test_a_failure_stays_one_when_there_is_no_time_to_ask_again() -> None:
    said: list[Asked] = []

    def script(asked: Asked) -> list[bytes]:
        said.append(asked)
        return failing(asked) if len(said) == 1 else []

    reply, _ = reply_of(script, SHORT)
    assert (reply.kind, reply.bogus) == (ReplyKind.SERVFAIL, False)


FLOOD = """
import socket, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind((sys.argv[1], int(sys.argv[2])))
    print("ready", flush=True)
    wire, asker = sock.recvfrom(512)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        sock.sendto(wire[:2] + bytes.fromhex("8180") + bytes(200), asker)
"""


def test_a_flood_of_nonsense_does_not_delay_the_end() -> None:
    """Datagrams that come faster than they can be read must not keep the deadline from being noticed."""
    address = loopback()
    server = NameServer(address, free_port(address))
    command = [sys.executable, "-c", FLOOD, address, str(server.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        begun = time.monotonic()
        reply = heard_from(server, SHORT).reply
        took = time.monotonic() - begun
        process.kill()
    assert reply.kind is ReplyKind.OTHER_QUESTION
    assert took < SHORT + LATE


@pytest.mark.parametrize("over_tcp", [False, True])
def test_cancelling_closes_the_sockets(over_tcp: bool) -> None:
    def script(asked: Asked) -> list[bytes]:
        if asked.tcp:
            raise Hold
        return cut_off(asked) if over_tcp else []

    async def cancelled(server: Scripted) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(ask(server.server, NAME, "A", loop.time() + PATIENT))
        while len(server.heard) < 1 + over_tcp:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with scripted(script) as server:
        asyncio.run(cancelled(server))
        gc.collect()  # a socket that was not closed makes a ResourceWarning, which is an error
