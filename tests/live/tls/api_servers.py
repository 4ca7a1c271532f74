"""A real server in the place of kube-apiserver, in threads, with the behaviours that go wrong.

As a program, for a network namespace: `python -m tests.live.tls.api_servers ADDRESS PORT CERT KEY [--status 200]`
prints "ready" when it listens, and runs until it is killed.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import ssl
import struct
import tempfile
import threading
import warnings
from collections.abc import Callable
from enum import Enum, auto
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from tests.live.tls.certificates import Issued

BODIES = {
    200: "ok",
    401: '{"kind":"Status","status":"Failure","reason":"Unauthorized","code":401}',
    403: '{"kind":"Status","status":"Failure","reason":"Forbidden","code":403}',
    500: "[+]ping ok\n[-]etcd failed: reason withheld\n[+]log ok\n[-]informer-sync failed: reason withheld\n"
    "readyz check failed\n",
}


class Behaviour(Enum):
    """What the server does with a connection."""

    SERVE = auto()  # TLS, and /readyz with `status`
    HANG = auto()  # accepts, and not a byte
    HANG_AFTER_TLS = auto()
    HANG_IN_HANDSHAKE = auto()  # sends the first byte of its handshake and no more
    CLOSE = auto()  # at once, in good order
    CLOSE_IN_HANDSHAKE = auto()
    CLOSE_AFTER_TLS = auto()
    RESET = auto()  # after the client's first bytes
    RESET_AT_ONCE = auto()
    RESET_AFTER_TLS = auto()
    PLAIN = auto()  # HTTP without TLS; answers 400 to what is not HTTP, as haproxy, nginx and Go do
    PLAIN_SILENT = auto()  # the same, but waits for the end of a line instead
    PLAIN_CLOSING = auto()  # the same, but hangs up
    RAW = auto()  # sends `raw` without TLS and closes
    GARBAGE_AFTER_TLS = auto()  # sends `raw`
    FLOOD_AFTER_TLS = auto()  # letters without end
    DRIP = auto()  # a good answer, byte by byte, slower than anybody waits
    SLOW_TLS = auto()  # shakes hands after `delay` seconds


class Seen(NamedTuple):
    """A request that came in: the server name of the TLS handshake, and the lines of the request."""

    server_name: str | None
    lines: tuple[str, ...]


class ApiServer:
    """Listens at `address` and `port` (0: a free one) while it is used as a context manager.

    Every attribute may be changed at any time and counts from the next connection on. `newest` limits the TLS version,
    `served` is how many connections are served before the others hang. `seen` are the requests over TLS so far,
    `plain` those without, `connections` counts all connections.
    """

    def __init__(
        self,
        address: str,
        port: int,
        certificate: Issued | None = None,
        *,
        status: int = 200,
        behaviour: Behaviour = Behaviour.SERVE,
        require_client_certificate: bool = False,
        newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
        delay: float = 0.0,
        raw: bytes = b"\x1b[31mthis is\x00no HTTP\r\n",
    ) -> None:
        self.address = address
        self.port = port
        self.certificate = certificate
        self.status = status
        self.behaviour = behaviour
        self.require_client_certificate = require_client_certificate
        self.newest = newest
        self.delay = delay
        self.raw = raw
        self.served: int | None = None
        self.seen: list[Seen] = []
        self.plain: list[Seen] = []
        self.connections = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()

    def __enter__(self) -> ApiServer:
        family = socket.AF_INET6 if ip_address(self.address).version == 6 else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((self.address, self.port))
        self._listener.listen(128)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for sock in (self._listener, *list(self._open)):
            with contextlib.suppress(OSError):  # wakes the thread that waits at it
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        self._listener.close()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.add(sock)
            self._start(self._handle, sock, self.connections)

    def _handle(self, sock: socket.socket, turn: int) -> None:
        try:
            # A client may leave in the middle; ValueError is what a TLS socket raises that was shut down by __exit__
            with sock, contextlib.suppress(OSError, ValueError):
                behaviour = self.behaviour if turn <= (self.served or turn) else Behaviour.HANG
                if behaviour in _WITHOUT_TLS:
                    self._without_tls(sock, behaviour)
                else:
                    self._with_tls(sock, behaviour)
        finally:
            self._open.discard(sock)

    def _without_tls(self, sock: socket.socket, behaviour: Behaviour) -> None:
        match behaviour:
            case Behaviour.RESET_AT_ONCE:
                _reset(sock)
            case Behaviour.CLOSE:
                _close(sock)
            case Behaviour.HANG:
                self._stop.wait()
            case Behaviour.RAW:
                sock.sendall(self.raw)
                _close(sock)
            case _:
                self._after_hello(sock, behaviour, sock.recv(65536))

    def _after_hello(self, sock: socket.socket, behaviour: Behaviour, first: bytes) -> None:
        match behaviour:
            case Behaviour.RESET:
                _reset(sock)
            case Behaviour.HANG_IN_HANDSHAKE:
                sock.sendall(b"\x16")
                self._stop.wait()
            case Behaviour.CLOSE_IN_HANDSHAKE:
                sock.sendall(b"\x16\x03\x03")
                _close(sock)
            case _ if first.startswith(b"GET "):
                self.plain.append(_read_request(sock, None, first))
                sock.sendall(_response(self.status))
                _close(sock)
            case Behaviour.PLAIN:
                sock.sendall(_response(400))
                _close(sock)
            case Behaviour.PLAIN_SILENT:
                self._stop.wait()
            case Behaviour.PLAIN_CLOSING:
                _close(sock)

    def _with_tls(self, sock: socket.socket, behaviour: Behaviour) -> None:
        names: list[str | None] = []
        if sock.recv(4, socket.MSG_PEEK) == b"GET ":  # what Go's net/http says
            sock.recv(65536)
            sock.sendall(_response(400, "Client sent an HTTP request to an HTTPS server.\n"))
            return _close(sock)
        if behaviour is Behaviour.SLOW_TLS:
            self._stop.wait(self.delay)
        with self._context(names).wrap_socket(sock, server_side=True) as tls:
            self._open.add(tls)
            try:
                self._after_handshake(tls, behaviour, names[0] if names else None)
            finally:
                self._open.discard(tls)

    def _after_handshake(self, tls: ssl.SSLSocket, behaviour: Behaviour, name: str | None) -> None:
        if behaviour is Behaviour.HANG_AFTER_TLS:
            self._stop.wait()
        elif behaviour is Behaviour.RESET_AFTER_TLS:
            tls.recv(65536)
            return _reset(tls)
        elif behaviour is Behaviour.GARBAGE_AFTER_TLS:
            tls.sendall(self.raw)
        elif behaviour is Behaviour.FLOOD_AFTER_TLS:
            while not self._stop.is_set():
                tls.sendall(b"HTTP/1.1 200 " + b"A" * 10000)
        elif behaviour is not Behaviour.CLOSE_AFTER_TLS:
            request = _read_request(tls, name)
            if request.lines != ("",):  # a client that verified the certificate and left
                self.seen.append(request)
            response = _response(self.status)
            if behaviour is Behaviour.DRIP:
                for byte in response:
                    tls.sendall(bytes([byte]))
                    self._stop.wait(0.2)
            tls.sendall(response)
        tls.unwrap()
        return None

    def _context(self, names: list[str | None]) -> ssl.SSLContext:
        assert self.certificate is not None, "this behaviour needs a certificate"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with warnings.catch_warnings():  # old versions are what some tests are about
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = self.newest
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.set_alpn_protocols(["h2", "http/1.1"])  # in the order of kube-apiserver
        context.sni_callback = lambda _sock, name, _context: names.append(name)
        with tempfile.TemporaryDirectory() as folder:
            context.load_cert_chain(*self.certificate.write(Path(folder)))
        if self.require_client_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
        return context


_WITHOUT_TLS = frozenset(
    {
        Behaviour.HANG,
        Behaviour.HANG_IN_HANDSHAKE,
        Behaviour.CLOSE,
        Behaviour.CLOSE_IN_HANDSHAKE,
        Behaviour.RESET,
        Behaviour.RESET_AT_ONCE,
        Behaviour.PLAIN,
        Behaviour.PLAIN_SILENT,
        Behaviour.PLAIN_CLOSING,
        Behaviour.RAW,
    }
)


def _reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def _close(sock: socket.socket) -> None:
    """Close in good order: what the client still sends is read, so that the kernel does not answer it with a reset."""
    sock.shutdown(socket.SHUT_WR)
    while sock.recv(65536):
        pass


def _read_request(sock: socket.socket, name: str | None, data: bytes = b"") -> Seen:
    while b"\r\n\r\n" not in data and (more := sock.recv(65536)):
        data += more
    return Seen(name, tuple(data.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")))


def _response(status: int, body: str | None = None) -> bytes:
    text = BODIES.get(status, "") if body is None else body
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
    return f"{head}Connection: close\r\n\r\n{text}".encode()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.live.tls.api_servers")
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("certificate", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("--status", type=int, default=200)
    given = parser.parse_args()
    issued = Issued(given.certificate.read_bytes(), given.key.read_bytes())
    with ApiServer(given.address, given.port, issued, status=given.status):
        print("ready", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
