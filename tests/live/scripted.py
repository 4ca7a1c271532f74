"""A name server that does what a good one won't: it sends whatever a test's script says, over UDP and TCP."""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from typing import NamedTuple

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from rules.live.observations import NameServer
from tests.live.dns.name_servers import free_port, loopback


class Asked(NamedTuple):
    """A question that came in; `times` says how often it came, this time included (by id, so resends count up)."""

    message: dns.message.Message
    wire: bytes
    tcp: bool
    times: int

    @property
    def rdtype(self) -> str:
        return dns.rdatatype.to_text(self.message.question[0].rdtype)

    @property
    def name(self) -> str:
        return self.message.question[0].name.to_text(omit_final_dot=True)


class Hold(Exception):  # noqa: N818 - a script's word, not an error
    """Raised by a script over TCP: keep the connection open and say nothing."""


Script = Callable[[Asked], Iterable[bytes]]


def answer(
    asked: Asked,
    *records: str,
    rcode: int = dns.rcode.NOERROR,
    flags: int = dns.flags.RA,
    authority: Sequence[str] = (),
    additional: Sequence[str] = (),
) -> bytes:
    """A message that answers the question with these records (`kube.example.com. 60 IN A 192.0.2.1`)."""
    message = dns.message.make_response(asked.message)
    message.flags |= flags
    message.set_rcode(dns.rcode.Rcode(rcode))
    for section, texts in ((message.answer, records), (message.authority, authority), (message.additional, additional)):
        section.extend(_record(text) for text in texts)
    return message.to_wire(max_size=65535)


def serving(
    table: Mapping[tuple[str, str], Sequence[str]], *, zone: str = "example.com", flags: int = dns.flags.RA
) -> Script:
    """A script for a server that has these records by name and type: NXDOMAIN for other names, else NODATA."""
    soa = f"{zone}. 60 IN SOA ns1.{zone}. hostmaster.{zone}. 1 3600 600 86400 60"

    def script(asked: Asked) -> list[bytes]:
        records = table.get((asked.name.lower(), asked.rdtype))
        if records is not None:
            return [answer(asked, *records, flags=flags)]
        known = any(name == asked.name.lower() for name, _ in table)
        return [answer(asked, rcode=0 if known else dns.rcode.NXDOMAIN, flags=flags, authority=[soa])]

    return script


def silent(asked: Asked) -> list[bytes]:
    """A script that says nothing."""
    if asked.tcp:
        raise Hold
    return []


def _record(text: str) -> dns.rrset.RRset:
    name, ttl, rdclass, rdtype, rdata = text.split(None, 4)
    return dns.rrset.from_text(name, int(ttl), rdclass, rdtype, rdata)


class Scripted:
    """The server while it runs. `heard` are all questions so far; `done` is set when the test is over."""

    def __init__(self, server: NameServer, script: Script) -> None:
        self.server = server
        self.heard: list[Asked] = []
        self.done = threading.Event()
        self._script = script
        self._counts: Counter[tuple[int, bool]] = Counter()
        self._lock = threading.Lock()

    def respond(self, wire: bytes, *, tcp: bool) -> Iterable[bytes]:
        """What the script says to a question; one that never ends speaks until the test is over."""
        message = dns.message.from_wire(wire)
        with self._lock:
            self._counts[message.id, tcp] += 1
            asked = Asked(message, wire, tcp, self._counts[message.id, tcp])
            self.heard.append(asked)
        return takewhile(lambda _: not self.done.is_set(), self._script(asked))


@contextmanager
def scripted(
    script: Script, *, address: str | None = None, port: int | None = None, tcp: bool = True
) -> Iterator[Scripted]:
    """A server that follows the script, in threads of its own; without `tcp` it refuses TCP connections."""
    address = address or loopback()
    state = Scripted(NameServer(address, port or free_port(address)), script)
    place = (state.server.address, state.server.port)

    class Datagrams(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            for message in state.respond(wire, tcp=False):
                sock.sendto(message, self.client_address)

    class Connections(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            sock: socket.socket = self.request
            with sock.makefile("rb") as incoming:
                while size := incoming.read(2):
                    try:
                        messages = list(state.respond(incoming.read(int.from_bytes(size, "big")), tcp=True))
                    except Hold:
                        state.done.wait()
                        return
                    for message in messages:
                        sock.sendall(len(message).to_bytes(2, "big") + message)
                    if not messages:
                        return

    kinds: list[type[_Udp | _Tcp]] = [_Udp, _Tcp] if tcp else [_Udp]
    if ":" in address:
        kinds = [type(kind.__name__, (kind,), {"address_family": socket.AF_INET6}) for kind in kinds]
    with ExitStack() as stack:
        servers = [
            stack.enter_context(kind(place, Datagrams if issubclass(kind, _Udp) else Connections)) for kind in kinds
        ]
        for server in servers:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        stack.callback(state.done.set)
        yield state


class _Udp(socketserver.UDPServer):
    max_packet_size = 65535


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is nothing to tell of; a script that fails is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]
