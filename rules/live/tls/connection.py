"""TCP connections, and TLS on them in memory (ssl.MemoryBIO) instead of in asyncio's transports.

This distinguishes a server that closes from one that resets or is silent, keeps the certificate of a server that fails
later, and, unlike asyncio's transports, writes nothing about broken connections to stderr.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from rules.live.observations import IPAddress

T = TypeVar("T")
CHUNK = 16 * 1024
_MOST = 256 * 1024  # bytes of TLS from one server: OpenSSL accepts 100 kB of certificates at most
_LARGEST_CA_FILE = 16 * 1024 * 1024
_ALERT = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(\w+)")  # how OpenSSL names alerts that it received


def trusting_context() -> ssl.SSLContext:
    """A context that accepts whatever the server has: the rules judge it, not the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_alpn_protocols(["http/1.1"])
    try:  # OpenSSL 3 allows TLS 1.0, TLS 1.1 and short keys only at level 0; LibreSSL has no levels
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    except ssl.SSLError:
        context.set_ciphers("DEFAULT")
    return context


def verifying_context(path: str) -> ssl.SSLContext:
    """A context that verifies with the certificates of this file; `check_ca_file` reports errors in it."""
    try:
        facts = os.stat(path)
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError(
                f"{path}: not a regular file; expected a file of CA certificates (/etc/kubernetes/pki/ca.crt)"
            )
        if facts.st_size > _LARGEST_CA_FILE:
            raise ValueError(f"{path}: too large for a file of CA certificates")
        data = Path(path).read_bytes()
    except OSError as error:
        raise OSError(f"{path}: {error_words(error)}") from None
    context = trusting_context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an intermediate CA is enough, as in Go
    try:
        context.load_verify_locations(cadata=data.decode("ascii", "ignore") or " ")
    except ssl.SSLError:
        if data[:2] in (b"\x30\x82", b"\x30\x81"):
            why = "it is in DER form; convert it to PEM with 'openssl x509 -inform der'"
        elif b"-----BEGIN CERTIFICATE-----" in data:
            why = "it contains a damaged certificate"
        else:
            why = "it contains no certificate (-----BEGIN CERTIFICATE-----)"
        raise ValueError(f"{path}: {why}") from None
    return context


class Link:
    """TLS in memory over a connected socket; `heard` is called with the data that arrives."""

    def __init__(
        self, sock: socket.socket, context: ssl.SSLContext, name: str, heard: Callable[[bytes], None] | None = None
    ) -> None:
        self.sock = sock
        self.heard = heard
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name or None)
        self.left = _MOST
        self.refused: OSError | None = None  # why nothing more can be sent

    async def run(self, step: Callable[[], T]) -> T:
        """Do a step of TLS, sending and receiving as needed.

        Raises ssl.SSLError, OSError, EOFError if the server closed the connection, ValueError if it never stops
        sending.
        """
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._send()
                await self._receive()
            else:
                await self._send()
                return result

    async def read(self) -> bytes:
        """Some of the decrypted data, b"" at its end."""
        try:
            return await self.run(lambda: self.tls.read(CHUNK))
        except ssl.SSLZeroReturnError:
            return b""

    async def _send(self) -> None:
        data = self.outgoing.read()
        if data and self.refused is None:
            try:
                await asyncio.get_running_loop().sock_sendall(self.sock, data)
            except OSError as error:
                self.refused = error  # what the server sent before it closed is still to be read

    async def _receive(self) -> None:
        data = await asyncio.get_running_loop().sock_recv(self.sock, CHUNK)
        await asyncio.sleep(0)  # else data that is always there keeps the deadline from being noticed
        self.left -= len(data)
        if not data:
            # Linux reports "broken pipe" if the server had closed properly before it refused what we sent
            raise EOFError if self.refused is None or isinstance(self.refused, BrokenPipeError) else self.refused
        if self.left < 0:
            raise ValueError("the server never stops sending")
        if self.heard is not None:
            self.heard(data)
        self.incoming.write(data)


@asynccontextmanager
async def connected(address: IPAddress, port: int) -> AsyncIterator[socket.socket]:
    """A TCP connection, closed on exit."""
    family = socket.AF_INET
    place: tuple[str, int] | tuple[str, int, int, int] = (str(address), port)
    if address.version == 6:
        scope = address.scope_id
        family = socket.AF_INET6
        place = (str(address).partition("%")[0], port, 0, socket.if_nametoindex(scope) if scope else 0)
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, place)
        yield sock


def error_words(error: Exception) -> str:
    """An error in words for a message: `no route to host`."""
    if isinstance(error, TimeoutError):
        return "no answer within the timeout"
    if isinstance(error, EOFError):
        return "connection closed"
    # asyncio writes "Connect call failed" instead of the system's own words
    text = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return text[:1].lower() + text[1:]


def tls_words(error: ssl.SSLError) -> str:
    """The error that OpenSSL found; alerts come from the server (RFC 8446 section 6)."""
    reason = error.reason or ""
    if alert := _ALERT.fullmatch(reason):
        return f"the server sent the TLS alert '{alert[1].lower().replace('_', ' ')}'"
    return reason.lower().replace("_", " ") or "OpenSSL gave no reason"
