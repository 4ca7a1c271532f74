"""The clients: `python -m wizard.rehearsal.programs.clients CA ENDPOINT ADDRESS PORT TLS [...]`.

An ADDRESS may be a name, with its family: `A:kube.example.com`; it is looked up for each connection (see `lookup`).
For each door (TLS is 1 or 0) they open a new connection every 100 ms and ask for /readyz, and hold one watch, which
they open again when it breaks. Each result is a line of JSON on stdout, with times of the machine's monotonic clock:
`{"door": 0, "at": 12.5, "took": 0.004, "why": "", "late": 0.001, "to": "192.0.2.10"}` (`why` is empty where it was
answered, `late` is how much too late it began, `to` is the address that it went to) and
`{"door": 0, "watch": "open", "at": 12.5, "why": ""}` (or "broken"). They end when stdin does.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import sys
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from wizard.rehearsal.programs.api import OUT

if TYPE_CHECKING:
    from wizard.rehearsal.programs.lookup import Lookup

INTERVAL = 0.1
"""Seconds between two new connections."""
PATIENCE = 5.0
"""Seconds that a client waits for its answer."""
SILENCE = 2.0
"""Seconds without a line after which a watch counts as broken: its server sends ten in a second."""


class _Door(NamedTuple):
    number: int
    address: str
    port: int
    context: ssl.SSLContext | None
    endpoint: str
    lookup: Lookup | None = None

    def where(self) -> str:
        """The address that it leads to now; raises OSError."""
        return self.address if self.lookup is None else self.lookup.address(self.address)

    def connect(self, address: str, patience: float) -> socket.socket:
        """A connection that is ready for a request; raises OSError."""
        plain = socket.create_connection((address, self.port), patience)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.context is None:
            return plain
        try:
            return self.context.wrap_socket(plain, server_hostname=self.endpoint or self.address)
        except BaseException:
            plain.close()
            raise

    def request(self, path: str) -> bytes:
        host = self.endpoint or (f"[{self.address}]" if ":" in self.address else self.address)
        return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: halb-wizard\r\n\r\n".encode()


def _write(line: dict[str, object]) -> None:
    os.write(OUT, f"{json.dumps(line)}\n".encode())


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError | ssl.SSLEOFError):
        return "reset"
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def _ask(door: _Door, began: float, late: float) -> None:
    """One new connection."""
    to = ""
    try:
        to = door.where()
        with closing(door.connect(to, PATIENCE)) as connection:
            connection.settimeout(max(0.01, began + PATIENCE - time.monotonic()))
            connection.sendall(door.request("/readyz"))
            answer = b""
            while b"\r\n" not in answer and (more := connection.recv(4096)):
                answer += more
        status = answer.split(b" ", 2)[1:2]
        why = "" if status == [b"200"] else f"status {status[0].decode('latin-1')}" if status else "closed"
    except OSError as error:
        why = _why(error)
    took = time.monotonic() - began
    _write({"door": door.number, "at": began, "took": took, "why": why, "late": late, "to": to})


def _ask_again_and_again(door: _Door) -> None:
    due = time.monotonic()
    while True:
        began = time.monotonic()
        threading.Thread(target=_ask, args=(door, began, began - due), daemon=True).start()
        due = max(due + INTERVAL, began)
        time.sleep(max(0.0, due - time.monotonic()))


def _watch(door: _Door) -> None:
    """One watch after the other."""
    is_open = False
    while True:
        try:
            with closing(door.connect(door.where(), SILENCE)) as connection:
                connection.settimeout(SILENCE)
                connection.sendall(door.request("/watch"))
                while data := connection.recv(4096):
                    if not is_open and b" 200 " in data:
                        is_open = True
                        _write({"door": door.number, "watch": "open", "at": time.monotonic(), "why": ""})
                    elif not is_open:
                        break
            why = "closed"
        except OSError as error:
            why = _why(error)
        if is_open:
            is_open = False
            _write({"door": door.number, "watch": "broken", "at": time.monotonic(), "why": why})
        time.sleep(INTERVAL)


def _lookup(kind: str) -> Lookup:
    # Only a client by name needs dnspython.
    from wizard.rehearsal.programs.lookup import Lookup

    return Lookup(kind)


def main() -> None:
    """Ask until nobody holds stdin any more."""
    authority, endpoint, *places = sys.argv[1:]
    context = ssl.create_default_context(cafile=authority)
    threading.stack_size(256 * 1024)
    for number, (address, port, tls) in enumerate(zip(places[::3], places[1::3], places[2::3], strict=True)):
        kind, by_name, name = address.partition(":") if address.startswith(("A:", "AAAA:")) else ("", "", address)
        lookup = _lookup(kind) if by_name else None
        door = _Door(number, name, int(port), context if tls == "1" else None, endpoint, lookup)
        threading.Thread(target=_ask_again_and_again, args=(door,), daemon=True).start()
        threading.Thread(target=_watch, args=(door,), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
