"""One query to one name server, until it is answered or the time is up.

dnspython writes and reads the messages; the exchange is our own, as `dns.asyncquery.udp` can't say what halb has to
say. With `ignore_errors` it drops whatever is no answer to the question and ends as a timeout, where a rule tells
garbage and forged answers from silence; without, one forged datagram hides the answer. Its sockets are not connected,
so it does not learn that nobody listens on the port. It reads a message of any size before anybody can refuse it, and
a flood of datagrams keeps the other questions from their turn. ADR 9 has the whole list.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from ipaddress import ip_address
from itertools import count

from parsers.records import NamedTuple
from rules.live.dns.datagrams import connected_udp
from rules.live.dns.messages import DnsQuestion, dislikes_edns, interpret, question
from rules.live.observations import NameServer, Reply, ReplyKind
from rules.live.tls.connection import connected, error_words

# When the wait for each of the three attempts ends, as shares of the time that is left at the first one.
_RESENDS = (1 / 3, 2 / 3, 1.0)
_LARGEST_DATAGRAM = 65535
_BREATH, _PAUSE = 64, 0.005  # after so many wrong answers, wait so many seconds: what comes meanwhile is queued
# Anyone may send these with a forged source address, so the real answer may still be on its way.
_MAYBE_FORGED = (ReplyKind.GARBAGE, ReplyKind.OTHER_QUESTION)
_ANSWERED = (ReplyKind.ANSWER, ReplyKind.ALIAS, ReplyKind.NODATA, ReplyKind.NXDOMAIN)


class Heard(NamedTuple):
    """A server's answer: the reply, the message that contained it (b"" without one) and the query that was sent."""

    reply: Reply
    wire: bytes
    asked: DnsQuestion

    @property
    def answered(self) -> bool:
        """Whether the server had a result: records, or that there are none."""
        return self.reply.kind in _ANSWERED


async def ask(
    server: NameServer, name: str, rdtype: str, deadline: float, *, recursion: bool = True, check_dnssec: bool = True
) -> Heard:
    """Query over UDP, over TCP if the answer is truncated (RFC 7766), without EDNS if the server does not support it.

    All ends at `deadline` (loop.time()). Nothing that the server or the network does raises; an invalid name raises
    ValueError.
    """
    heard = await _ask(server, question(name, rdtype, recursion=recursion, check_dnssec=check_dnssec), deadline)
    if dislikes_edns(heard.reply):
        plain = question(name, rdtype, recursion=recursion, check_dnssec=check_dnssec, edns=False)
        again = await _ask(server, plain, deadline)
        if again.answered:
            return _since(heard, again)
    return heard


async def ask_resolver(server: NameServer, name: str, rdtype: str, deadline: float) -> Heard:
    """Query a resolver. A SERVFAIL is `bogus` if the same query without DNSSEC validation is answered.

    The original query is repeated at the same time: otherwise a resolver that failed for another reason, and has
    recovered since, would look like one that rejects the signatures.
    """
    heard = await ask(server, name, rdtype, deadline)
    if heard.reply.kind is not ReplyKind.SERVFAIL:
        return heard
    async with asyncio.TaskGroup() as group:
        unchecked = group.create_task(ask(server, name, rdtype, deadline, check_dnssec=False))
        again = group.create_task(ask(server, name, rdtype, deadline))
    if again.result().answered:
        return _since(heard, again.result())
    bogus = unchecked.result().answered and again.result().reply.kind is ReplyKind.SERVFAIL
    return heard._replace(reply=heard.reply._replace(bogus=bogus))


def _since(first: Heard, later: Heard) -> Heard:
    """The later answer, with the time counted from the first query."""
    return later._replace(reply=later.reply._replace(elapsed=first.reply.elapsed + later.reply.elapsed))


async def _ask(server: NameServer, asked: DnsQuestion, deadline: float) -> Heard:
    heard = await _over_udp(server, asked, deadline)
    if heard.reply.kind is not ReplyKind.TRUNCATED:
        return heard
    whole = await _over_tcp(server, asked, deadline)
    if whole.reply.kind in (*_MAYBE_FORGED, ReplyKind.TIMEOUT, ReplyKind.UNREACHABLE):
        why = whole.reply.detail or "no answer within the timeout"
        return heard._replace(reply=heard.reply._replace(detail=f"over TCP: {why}"))
    return _since(heard, whole)


async def _over_udp(server: NameServer, asked: DnsQuestion, deadline: float) -> Heard:
    """Send the query, and again if nothing came: on the same socket, so that a late answer counts."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    best = Heard(Reply(server, asked.rdtype, ReplyKind.TIMEOUT), b"", asked)
    try:
        with connected_udp(ip_address(server.address), server.port) as sock:
            for share in _RESENDS:
                await loop.sock_sendall(sock, asked.wire)
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(started + (deadline - started) * share):
                        for number in count(1):
                            wire = await _datagram(sock, deadline)
                            best = Heard(interpret(wire, asked, server, elapsed=loop.time() - started), wire, asked)
                            if best.reply.kind not in _MAYBE_FORGED:
                                return best
                            # A flood leaves time to the other tasks, and to the thread that judges the files.
                            await asyncio.sleep(0 if number % _BREATH else _PAUSE)
    except (OSError, ValueError) as error:
        best = Heard(best.reply._replace(kind=ReplyKind.UNREACHABLE, detail=_words(error, server.port)), b"", asked)
    return best._replace(reply=best.reply._replace(elapsed=loop.time() - started))


async def _datagram(sock: socket.socket, deadline: float) -> bytes:
    """The next one; raises TimeoutError at the deadline (loop.time()), also if there is one.

    To understand a message takes time. Where many servers send many at once, all that are there would be read before
    the loop gets to see that the time is up.
    """
    loop = asyncio.get_running_loop()
    wire = await loop.sock_recv(sock, _LARGEST_DATAGRAM)
    if loop.time() >= deadline:
        raise TimeoutError
    return wire


async def _over_tcp(server: NameServer, asked: DnsQuestion, deadline: float) -> Heard:
    """The same query over TCP, where two bytes before each message are its length (RFC 1035 section 4.2.2)."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    reply = Reply(server, asked.rdtype, ReplyKind.TIMEOUT, tcp=True)
    try:
        async with asyncio.timeout_at(deadline), connected(ip_address(server.address), server.port) as sock:
            await loop.sock_sendall(sock, len(asked.wire).to_bytes(2, "big") + asked.wire)
            size = int.from_bytes(await _exactly(sock, 2), "big")
            wire = await _exactly(sock, size)
            if loop.time() >= deadline:
                raise TimeoutError
    except TimeoutError:
        return Heard(reply, b"", asked)
    except (OSError, EOFError) as error:
        return Heard(reply._replace(kind=ReplyKind.UNREACHABLE, detail=_words(error, server.port)), b"", asked)
    return Heard(interpret(wire, asked, server, tcp=True, elapsed=loop.time() - started), wire, asked)


async def _exactly(sock: socket.socket, size: int) -> bytes:
    """That many bytes; raises EOFError if the connection ends before."""
    data = b""
    while len(data) < size:
        more = await asyncio.get_running_loop().sock_recv(sock, size - len(data))
        if not more:
            raise EOFError
        data += more
        await asyncio.sleep(0)  # else data that is always there keeps the deadline from being noticed
    return data


def _words(error: Exception, port: int) -> str:
    if isinstance(error, ConnectionRefusedError):  # over UDP this is an ICMP message that the port is closed
        return f"nothing listens on port {port}"
    return error_words(error)
