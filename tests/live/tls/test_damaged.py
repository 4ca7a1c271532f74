"""Random and damaged streams: whatever arrives, a probe comes back, in time and without noise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.live.observations import Contact, Probe
from rules.live.tls.servers import probe
from tests.examples import times
from tests.live.dns.asking import LOOPBACK, NAME, ask, issued, quiet, within
from tests.live.tls.api_servers import ApiServer, Behaviour

__all__ = ["quiet"]  # a fixture
pytestmark = [pytest.mark.usefixtures("quiet"), pytest.mark.slow]
few = settings(max_examples=times(25), suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer(LOOPBACK, 0, issued()) as server:
        yield server


@few
@given(
    st.sampled_from([b"", b"\x16\x03\x03", b"\x15\x03\x03\x00\x02", b"\x17\x03\x03\x00\x10", b"HTTP/1.1 ", b"\x80"]),
    st.binary(max_size=200),
)
def test_random_bytes_instead_of_tls(server: ApiServer, start: bytes, more: bytes) -> None:
    server.behaviour, server.raw = Behaviour.RAW, start + more
    answer = ask(server)
    assert answer.contact in (Contact.CLOSED, Contact.TLS_ERROR, Contact.PLAIN)
    assert (answer.certificate, answer.status) == (None, None)
    assert answer.detail.isprintable()


@few
@given(st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n"]), st.binary(max_size=200))
def test_random_bytes_within_tls(server: ApiServer, start: bytes, more: bytes) -> None:
    server.behaviour, server.raw = Behaviour.GARBAGE_AFTER_TLS, start + more
    answer = ask(server)
    assert answer.certificate is not None
    assert (answer.contact is Contact.HTTP) == (answer.status is not None)
    assert answer.contact in (Contact.HTTP, Contact.TLS)
    assert answer.detail.isprintable()


async def damaged(port: int, place: int, deadline: float) -> Probe:
    """The probe of a server through a relay that turns over a bit in the byte at `place` of what the server sends."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, place: int) -> None:
        with suppress(OSError):  # one of the two has left: that is what damage does
            while data := bytearray(await reader.read(4096)):
                if 0 <= place < len(data):
                    data[place] ^= 1 << place % 8
                place -= len(data)
                writer.write(data)
        with suppress(OSError):
            writer.write_eof()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(LOOPBACK, port)
        await asyncio.gather(pump(reader, forth, -1), pump(back, writer, place))
        for end in (forth, writer):
            end.close()
            with suppress(OSError):
                await end.wait_closed()
        relayed.set()

    relayed = asyncio.Event()
    async with await asyncio.start_server(relay, LOOPBACK, 0) as listener:
        answer = await probe(ip_address(LOOPBACK), listener.sockets[0].getsockname()[1], NAME, deadline)
        await asyncio.wait_for(relayed.wait(), 10)
    return answer


@pytest.mark.slow
@settings(few, max_examples=times(80))
@given(st.integers(0, 2500))
def test_damaged_tls(server: ApiServer, place: int) -> None:
    server.behaviour = Behaviour.SERVE
    answer = within(0.4, lambda deadline: damaged(server.port, place, deadline))
    # A longer record is waited for, a damaged one is refused; behind the last byte there is no damage
    assert answer.contact in (Contact.SILENT, Contact.TLS_ERROR, Contact.TLS, Contact.HTTP, Contact.CLOSED)
    assert (answer.contact in (Contact.TLS, Contact.HTTP)) == (answer.certificate is not None)
