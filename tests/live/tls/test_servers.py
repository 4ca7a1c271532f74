"""Asking API servers: every way a connection can end, told apart, within the deadline and without noise."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

import pytest

from rules.live.observations import Contact, Probe
from rules.live.tls.servers import probe
from tests.live.dns.asking import AUTHORITY, LOOPBACK, NAME, ask, issued, quiet, within
from tests.live.tls.api_servers import ApiServer, Behaviour

__all__ = ["quiet"]  # a fixture
pytestmark = [pytest.mark.usefixtures("quiet"), pytest.mark.slow]


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(LOOPBACK, 0, issued()) as server:
        yield server


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    return AUTHORITY.write(tmp_path)


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500, 503])
def test_the_status_of_readyz(server: ApiServer, status: int) -> None:
    server.status = status
    answer = ask(server)
    assert (answer.contact, answer.status) == (Contact.HTTP, status)
    assert answer.alive == (status in (200, 401, 403))
    assert answer.certificate is not None
    assert answer.certificate.names == (NAME,)
    assert answer.certificate.issuer_key == AUTHORITY.key_id
    assert answer.verified is None
    for seconds in (answer.connect, answer.handshake):
        assert seconds is not None
        assert 0 < seconds < 5


def test_over_ipv6() -> None:
    with ApiServer("::1", 0, issued()) as server:
        assert ask(server).status == 200
        assert ask(server, name="").status == 200
        assert [seen.lines[1] for seen in server.seen] == [f"Host: {NAME}", "Host: [::1]"]


def test_the_checks_that_failed_are_named(server: ApiServer) -> None:
    server.status = 500
    assert ask(server).detail == "failed: etcd, informer-sync"


def test_the_request_names_the_endpoint_and_holds_no_credentials(server: ApiServer) -> None:
    ask(server)
    ask(server, name=f"{NAME}.")
    wanted = ("GET /readyz HTTP/1.1", f"Host: {NAME}", "User-Agent: halb", "Accept: */*", "Connection: close")
    assert [(seen.server_name, seen.lines) for seen in server.seen] == [(NAME, wanted)] * 2
    assert not server.plain


@pytest.mark.parametrize("name", ["", "a b", "k\r\nCookie: x", "ü.example.com", "a..b", "x" * 64, ".a", "fd00::1"])
def test_names_that_cannot_be_sent_are_left_out(server: ApiServer, name: str) -> None:
    answer = ask(server, name=name)
    assert answer.status == 200
    assert answer.detail == f"queried without a server name: {name!a} is not a valid one"
    assert server.seen[0].server_name is None
    assert server.seen[0].lines[1] == f"Host: {LOOPBACK}"


def test_an_address_as_name_is_no_server_name(server: ApiServer) -> None:
    assert ask(server, name=LOOPBACK).detail == ""
    assert server.seen[0].server_name is None


QUICK = [
    (Behaviour.CLOSE, Contact.CLOSED, ""),
    (Behaviour.CLOSE_IN_HANDSHAKE, Contact.CLOSED, "during the TLS handshake"),
    (Behaviour.RESET, Contact.RESET, ""),
    (Behaviour.RESET_AT_ONCE, Contact.RESET, ""),
    (Behaviour.PLAIN, Contact.PLAIN, "answers 'HTTP/1.1 400 Whatever' to a TLS handshake"),
    (Behaviour.PLAIN_CLOSING, Contact.PLAIN, "answers a request without TLS with status 200"),
    (Behaviour.CLOSE_AFTER_TLS, Contact.TLS, "connection closed"),
    (Behaviour.RESET_AFTER_TLS, Contact.TLS, "connection reset by peer"),
    (Behaviour.GARBAGE_AFTER_TLS, Contact.TLS, r"answers '\x1b[31mthis is\x00no HTTP'"),
    (Behaviour.FLOOD_AFTER_TLS, Contact.TLS, f"answers 'HTTP/1.1 200 {'A' * 47}', and so on endlessly"),
]
SLOW = [
    (Behaviour.HANG, Contact.SILENT, ""),
    (Behaviour.HANG_IN_HANDSHAKE, Contact.SILENT, "the TLS handshake started but did not finish"),
    (Behaviour.HANG_AFTER_TLS, Contact.TLS, "nothing within the timeout"),
    (Behaviour.DRIP, Contact.TLS, "nothing within the timeout"),
]


@pytest.mark.parametrize(("behaviour", "contact", "detail"), QUICK)
def test_what_ends_at_once(
    server: ApiServer, ca_file: str, behaviour: Behaviour, contact: Contact, detail: str
) -> None:
    server.behaviour = behaviour
    begun = time.monotonic()
    answer = ask(server, 30, ca_file=ca_file)
    assert time.monotonic() - begun < 10
    _is(answer, contact, detail)


@pytest.mark.parametrize(("behaviour", "contact", "detail"), SLOW)
def test_what_lasts_ends_at_the_deadline(
    server: ApiServer, ca_file: str, behaviour: Behaviour, contact: Contact, detail: str
) -> None:
    server.behaviour = behaviour
    _is(ask(server, 0.7, ca_file=ca_file), contact, detail)


def _is(answer: Probe, contact: Contact, detail: str) -> None:
    """The contact, and with it what a connection that went so far knows."""
    reached = contact is Contact.TLS
    assert (answer.contact, answer.detail, answer.status) == (contact, detail, None)
    assert answer.accepts
    assert not answer.alive
    assert answer.connect is not None
    assert (answer.certificate is not None, answer.handshake is not None) == (reached, reached)
    assert answer.verified == ("" if reached else None)


def test_plain_http_that_waits_is_found_before_the_deadline(server: ApiServer, ca_file: str) -> None:
    server.behaviour = Behaviour.PLAIN_SILENT
    begun = time.monotonic()
    answer = ask(server, 2.5, ca_file=ca_file)
    assert time.monotonic() - begun < 2.4
    assert (answer.contact, answer.detail) == (Contact.PLAIN, "answers a request without TLS with status 200")


def test_slow_tls_is_not_taken_for_plain_http(server: ApiServer) -> None:
    server.behaviour, server.delay = Behaviour.SLOW_TLS, 1.2
    answer = ask(server, 2.0)  # at half time it is asked without TLS, and says 400 as Go's net/http does
    assert server.connections == 2
    assert (answer.contact, answer.status) == (Contact.HTTP, 200)


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "no TLS: answers 'SSH-2.0-OpenSSH_9.2p1 Debian-2' to a TLS handshake"),
        (b"\x00\x1b[31m\r\nmore", r"no TLS: answers '\x00\x1b[31m' to a TLS handshake"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "the server sent the TLS alert 'handshake failure'"),
        (b"\x15\x03\x03\x00\x02\x02\x70", "the server sent the TLS alert 'unrecognized name'"),
        (b"\x16\x03\x03\x00\x04\x63\x00\x00\x00", "unexpected message"),
    ],
)
def test_other_protocols_and_alerts(server: ApiServer, raw: bytes, detail: str) -> None:
    server.behaviour, server.raw = Behaviour.RAW, raw
    answer = ask(server)
    assert (answer.contact, answer.detail) == (Contact.TLS_ERROR, detail)


def test_a_demanded_client_certificate_fails_after_the_handshake(server: ApiServer, ca_file: str) -> None:
    server.require_client_certificate = True
    answer = ask(server, ca_file=ca_file)
    _is(answer, Contact.TLS, "the server sent the TLS alert 'certificate required': it requires a client certificate")


def test_a_demanded_client_certificate_fails_the_handshake_of_older_tls(server: ApiServer) -> None:
    server.require_client_certificate, server.newest = True, ssl.TLSVersion.TLSv1_2
    answer = ask(server)
    assert (answer.contact, answer.detail) == (
        Contact.TLS_ERROR,
        "the server sent the TLS alert 'handshake failure'",
    )


@pytest.mark.skipif(not (ssl.HAS_TLSv1 and ssl.HAS_TLSv1_1), reason="this OpenSSL has no old versions of TLS")
@pytest.mark.parametrize(
    ("newest", "detail"),
    [
        (ssl.TLSVersion.TLSv1_2, ""),
        (ssl.TLSVersion.TLSv1_1, "speaks TLSv1.1, which is older than TLSv1.2"),
        (ssl.TLSVersion.TLSv1, "speaks TLSv1, which is older than TLSv1.2"),
    ],
)
def test_old_versions_are_spoken_and_noted(server: ApiServer, newest: ssl.TLSVersion, detail: str) -> None:
    server.newest = newest
    answer = ask(server)
    assert (answer.contact, answer.status, answer.detail) == (Contact.HTTP, 200, detail)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
        answer = within(5, lambda deadline: probe(ip_address(LOOPBACK), port, NAME, deadline))
    assert answer == Probe(ip_address(LOOPBACK), port, Contact.REFUSED)
    assert not answer.accepts


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("fe80::1%halb-none", "no interface with this name"),
        ("fe80::1", "invalid argument"),  # a link-local address without its link
        ("255.255.255.255", None),  # as the system's routes have it
    ],
)
def test_no_way_there(address: str, detail: str | None) -> None:
    answer = within(5, lambda deadline: probe(ip_address(address), 6443, NAME, deadline))
    assert answer.contact is Contact.UNREACHABLE
    assert detail in (None, answer.detail)
    assert answer.detail


def test_no_connection_within_the_deadline() -> None:
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind((LOOPBACK, 0))
        full.listen(0)  # the kernel drops what comes once the queue is full
        for _ in range(4):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        answer = within(0.5, lambda deadline: probe(ip_address(LOOPBACK), port, NAME, deadline))
    assert answer == Probe(ip_address(LOOPBACK), port, Contact.TIMEOUT)


def test_a_deadline_that_is_over(server: ApiServer, ca_file: str) -> None:
    answer = within(
        0, lambda deadline: probe(ip_address(LOOPBACK), server.port, NAME, deadline - 1, ca_file=ca_file, local=True)
    )
    assert (answer.contact, answer.local) == (Contact.TIMEOUT, True)
