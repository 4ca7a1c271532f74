"""The API servers: what answers at an address and port to a request for /readyz over TLS.

No credentials are sent, and none are read.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Iterable
from typing import Any

from parsers.records import NamedTuple
from rules.live.observations import Contact, IPAddress, Probe
from rules.live.tls.certificate import read_certificate
from rules.live.tls.connection import (
    CHUNK,
    Link,
    connected,
    error_words,
    tls_words,
    trusting_context,
    verifying_context,
)
from rules.live.tls.readyz import failed_checks, read_answer, request_to, shown

_CONCURRENT = 64
_NAME = re.compile(r"(?!.{254})[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_TLS_RECORDS = range(20, 25)  # what a TLS record begins with (RFC 8446 section 5.1, RFC 6520)


class _Question(NamedTuple):
    """What is the same for all servers of a run; `name` is "" if there is none that can be sent."""

    name: str
    deadline: float
    context: ssl.SSLContext
    verifying: ssl.SSLContext | None
    note: str = ""


class _PlainHttp(Exception):  # noqa: N818 - not an error: it ends the wait for TLS
    """The server was found to answer without TLS."""


def check_ca_file(path: str) -> None:
    """Make sure that the file contains certificates in PEM form to verify with.

    Raises OSError if it can't be read and ValueError if it contains something else; the text says what and where.
    """
    verifying_context(path)


async def probe(
    address: IPAddress,
    port: int,
    server_name: str,
    deadline: float,
    *,
    ca_file: str | None = None,
    local: bool = False,
) -> Probe:
    """Connect, do the TLS handshake with `server_name` as SNI, and send `GET /readyz`. Everything ends at `deadline`
    (loop.time()).

    Nothing is verified on that connection. With `ca_file`, a second, concurrent one verifies the chain up to any
    certificate in that file, as Go's clients do (names are not checked); `verified` stays None if that one has no
    result, and `detail` says why. TLS older than 1.2 is accepted if OpenSSL still supports it, and mentioned in
    `detail`. A server that is silent, closes the connection or answers something else to the TLS handshake is queried
    again without TLS: a port that speaks plain HTTP is a different mistake.

    Raises OSError or ValueError like `check_ca_file`; nothing that the network does raises.
    """
    return await _ask(address, port, _question(server_name, deadline, ca_file), local=local)


async def probe_all(
    targets: Iterable[tuple[IPAddress, int]],
    server_name: str,
    deadline: float,
    ca_file: str | None = None,
    local: frozenset[IPAddress] = frozenset(),
) -> tuple[Probe, ...]:
    """Probe each address and port once, 64 at a time, in the given order; `local` are this machine's addresses."""
    question = _question(server_name, deadline, ca_file)
    gate = asyncio.Semaphore(_CONCURRENT)
    loop = asyncio.get_running_loop()

    async def one(address: IPAddress, port: int) -> Probe:
        async with gate:
            if deadline - loop.time() > 0.01:
                return await _ask(address, port, question, local=address in local)
        late = "was not queried: the time was up before its turn"
        return Probe(address, port, Contact.TIMEOUT, local=address in local, detail=late)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(address, port)) for address, port in dict.fromkeys(targets)]
    return tuple(task.result() for task in tasks)


def _question(server_name: str, deadline: float, ca_file: str | None) -> _Question:
    name = server_name.rstrip(".")
    note = ""
    if not _NAME.fullmatch(name):
        note = f"queried without a server name: {server_name!a} is not a valid one"
        name = ""
    return _Question(name, deadline, trusting_context(), None if ca_file is None else verifying_context(ca_file), note)


async def _ask(address: IPAddress, port: int, question: _Question, *, local: bool) -> Probe:
    """The probe of one server, with the verifying connection at the same time."""
    conversation = _Conversation(Probe(address, port, Contact.TIMEOUT, local=local), question)
    async with asyncio.TaskGroup() as group:
        verdict = group.create_task(_verdict(address, port, question))
        await conversation.run()
        if conversation.known.handshake is None:  # then there is nothing to verify
            verdict.cancel()
    known = conversation.known
    verified, why = (None, "") if known.handshake is None else verdict.result()
    details = [known.detail, *conversation.notes]
    if why and known.certificate is not None:
        details.append(f"the certificate could not be verified: {why}")
    return known._replace(verified=verified, detail="; ".join(text for text in details if text))


async def _verdict(address: IPAddress, port: int, question: _Question) -> tuple[str | None, str]:
    """`Probe.verified`, and why there is no result although one was wanted."""
    if question.verifying is None:
        return None, ""
    try:
        async with asyncio.timeout_at(question.deadline), connected(address, port) as sock:
            link = Link(sock, question.verifying, question.name)
            await link.run(link.tls.do_handshake)
    except ssl.SSLCertVerificationError as error:
        return error.verify_message or f"X.509 error {error.verify_code}", ""
    except ssl.SSLError as error:
        return None, tls_words(error)
    except (OSError, EOFError, ValueError) as error:
        return None, error_words(error)
    return "", ""


class _Conversation:
    """The conversation with one server. `known` is valid at any time: the deadline may come at any point."""

    def __init__(self, known: Probe, question: _Question) -> None:
        self.known = known
        self.question = question
        self.notes = [question.note]
        self.first = b""  # what the server sent first

    def learn(self, contact: Contact, detail: str = "", **facts: Any) -> None:
        self.known = self.known._replace(contact=contact, detail=detail, **facts)

    async def run(self) -> None:
        """Run until the answer is there or the time is up."""
        try:
            async with asyncio.timeout_at(self.question.deadline), asyncio.TaskGroup() as group:
                fallback = group.create_task(self._try_plain_later())
                await self._connect()
                fallback.cancel()
        except* _PlainHttp:
            pass
        except* TimeoutError:
            if self.known.contact is Contact.SILENT and self.first:
                started = "the TLS handshake started but did not finish"
                self.learn(Contact.SILENT, f"no more than {shown(self.first)}" if self._may_be_plain else started)

    async def _try_plain_later(self) -> None:
        """Try without TLS if half of the time is over and no TLS has come."""
        await asyncio.sleep((self.question.deadline - asyncio.get_running_loop().time()) / 2)
        if self.known.contact is Contact.SILENT and self._may_be_plain and await self._is_plain():
            raise _PlainHttp

    async def _connect(self) -> None:
        """The connection and everything on it."""
        clock = asyncio.get_running_loop().time
        address, port = self.known.address, self.known.port
        started = clock()
        try:
            async with connected(address, port) as sock:
                self.learn(Contact.SILENT, connect=clock() - started)
                await self._shake_hands(sock)
        except TimeoutError:  # the kernel gave up earlier than we did
            self.learn(Contact.TIMEOUT)
        except ConnectionRefusedError:
            self.learn(Contact.REFUSED)
        except ConnectionResetError:  # so quickly that the acceptance was not noticed
            self.learn(Contact.RESET, connect=clock() - started)
        except OSError as error:
            self.learn(Contact.UNREACHABLE, error_words(error))
        if self.known.contact in (Contact.CLOSED, Contact.RESET, Contact.TLS_ERROR) and self._may_be_plain:
            await self._is_plain()

    async def _shake_hands(self, sock: socket.socket) -> None:
        clock = asyncio.get_running_loop().time
        started = clock()
        link = Link(sock, self.question.context, self.question.name, self._note_first)
        try:
            await link.run(link.tls.do_handshake)
        except ssl.SSLError as error:
            self._explain(error)
        except TimeoutError:  # from the kernel: still nothing came
            return
        except ValueError as error:
            self.learn(Contact.TLS_ERROR, str(error))
        except (EOFError, OSError) as error:
            contact = Contact.CLOSED if isinstance(error, (EOFError, BrokenPipeError)) else Contact.RESET
            self.learn(contact, "during the TLS handshake" if self.first else "")
        else:
            self._greet(link, clock() - started)
            await self._request(link)

    def _note_first(self, data: bytes) -> None:
        if len(self.first) < 64:
            self.first += data[:64]

    @property
    def _may_be_plain(self) -> bool:
        """Whether nothing has come yet that looks like TLS."""
        return not self.first or self.first[0] not in _TLS_RECORDS

    def _explain(self, error: ssl.SSLError) -> None:
        self.learn(Contact.TLS_ERROR, tls_words(error))
        if self.first.startswith(b"HTTP/"):
            self.learn(Contact.PLAIN, f"answers {shown(self.first)} to a TLS handshake")
        elif self.first and self._may_be_plain:
            self.learn(Contact.TLS_ERROR, f"no TLS: answers {shown(self.first)} to a TLS handshake")

    def _greet(self, link: Link, seconds: float) -> None:
        """Record what the finished handshake shows."""
        self.learn(Contact.TLS, "nothing within the timeout", handshake=seconds)
        version = link.tls.version() or ""
        if version in ("SSLv3", "TLSv1", "TLSv1.1"):
            self.notes.append(f"speaks {version}, which is older than TLSv1.2")
        try:
            certificate = read_certificate(link.tls.getpeercert(binary_form=True) or b"")
        except ValueError as error:
            self.notes.append(str(error))
        else:
            self.known = self.known._replace(certificate=certificate)

    async def _request(self, link: Link) -> None:
        """GET /readyz over TLS."""
        request = request_to(self.known.address, self.question.name)
        try:
            await link.run(lambda: link.tls.write(request))
            status, answer = await read_answer(link.read)
            self.learn(Contact.HTTP, status=status)
            if status >= 500:
                self.learn(Contact.HTTP, await failed_checks(answer, link.read))
        except ssl.SSLError as error:
            required = error.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
            self._broken(tls_words(error) + (": it requires a client certificate" if required else ""))
        except EOFError:
            self._broken("connection closed")
        except (OSError, ValueError) as error:
            self._broken(error_words(error))

    def _broken(self, why: str) -> None:
        if self.known.contact is not Contact.HTTP:  # else the status is known, which is what counts
            self.learn(Contact.TLS, why)

    async def _is_plain(self) -> bool:
        """Send a request without TLS on a separate connection, and record it if the server speaks plain HTTP.

        Servers with TLS answer such a request with 400 (Go, nginx, Apache), or redirect the client to https.
        """
        loop = asyncio.get_running_loop()
        address, before = self.known.address, self.known.contact
        try:
            async with connected(address, self.known.port) as sock:
                await loop.sock_sendall(sock, request_to(address, self.question.name))
                status, _ = await read_answer(lambda: loop.sock_recv(sock, CHUNK))
        except (OSError, EOFError, ValueError):
            return False
        if status == 400 or 300 <= status < 400 or self.known.contact is not before:
            return False
        self.learn(Contact.PLAIN, f"answers a request without TLS with status {status}")
        return True
