"""A server in the place of kube-apiserver: `python -m wizard.rehearsal.programs.api CERT KEY ADDRESS PORT [...]`.

It speaks TLS or plain HTTP, whichever a client begins with, answers every path like /readyz, and `/watch` with a line
every 100 ms without end. It prints "ready" when it listens. A line on stdin changes what it does: `ok`, `hang` (it
accepts, and never says anything, open connections too), `500` (it is not ready). It ends when stdin does.
"""

from __future__ import annotations

import os
import socket
import ssl
import sys
import threading
from contextlib import suppress
from ipaddress import ip_address

MODES = ("ok", "hang", "500")
WATCH_INTERVAL = 0.1  # seconds between two lines of a watch
_TLS_HANDSHAKE = b"\x16"  # RFC 8446 section 5.1
_IDLE = 60.0  # seconds
NAME_SERVER = "127.0.0.1"
"""Where the name server of the clients' machine listens."""
OUT = 1
"""The descriptor of stdout, the pipe to the rehearsal: whole lines go there at once."""


class StandIn:
    """The servers of one machine. `mode` counts from the next byte on."""

    def __init__(self, certificate: str, key: str) -> None:
        self.mode = "ok"
        self._changed = threading.Condition()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)

    def turn(self, mode: str) -> None:
        """Do something else from now on."""
        with self._changed:
            self.mode = mode
            self._changed.notify_all()

    def listen(self, address: str, port: int) -> None:
        """Serve at an address, which may come to the machine later."""
        family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(256)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError):
            connection.settimeout(_IDLE)
            self._while_hanging()
            first = connection.recv(1, socket.MSG_PEEK)
            if first == _TLS_HANDSHAKE:
                with self._context.wrap_socket(connection, server_side=True) as secured:
                    self._answer(secured)
            elif first:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            more = connection.recv(8192)
            if not more:
                return
            request += more
        self._while_hanging()
        if self.mode == "500":
            connection.sendall(_response("500 Internal Server Error", b"[-]etcd failed\nreadyz check failed\n"))
        elif request.split(b" ", 2)[1].startswith(b"/watch"):
            self._stream(connection)
        else:
            connection.sendall(_response("200 OK", b"ok"))

    def _stream(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        pause = threading.Event()
        while True:
            self._while_hanging()
            connection.sendall(b"3\r\n{}\n\r\n")
            pause.wait(WATCH_INTERVAL)

    def _while_hanging(self) -> None:
        with self._changed:
            while self.mode == "hang":
                self._changed.wait()


def _response(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def main() -> None:
    """Serve until nobody holds stdin any more."""
    certificate, key, *places = sys.argv[1:]
    server = StandIn(certificate, key)
    for address, port in zip(places[::2], places[1::2], strict=True):
        server.listen(address, int(port))
    os.write(OUT, b"ready\n")
    for line in sys.stdin:
        if line.strip() in MODES:
            server.turn(line.strip())
    os._exit(0)


if __name__ == "__main__":
    main()
