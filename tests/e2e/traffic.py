"""A client that opens a new connection through the VIP ten times a second, and what became of each."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from itertools import pairwise
from types import TracebackType
from typing import NamedTuple

from wizard.rehearsal.lab.machine import Machine

EVERY = 0.1  # seconds from one connection to the next
PATIENCE = 2.0  # seconds that a connection may take: a SYN that is lost is sent again after one
_REQUEST = b"GET /readyz HTTP/1.1\r\nHost: kubernetes.default.svc\r\nConnection: close\r\n\r\n"


class Try(NamedTuple):
    """One connection: when it was begun (monotonic clock, seconds), and what went wrong (nothing: the API answered)."""

    at: float
    fault: str


class Traffic:
    """Connections from a machine to an API server through the VIP, from its creation until it is closed."""

    def __init__(self, client: Machine, vip: str, port: int, status: int = 200) -> None:
        """`status` is what the API servers answer."""
        self.tries: list[Try] = []
        self._to = vip, port
        self._wanted = f" {status}"
        self._over = threading.Event()
        self._tls = ssl.create_default_context()
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE
        self._client = client
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join(5 * PATIENCE)
        assert not self._thread.is_alive()

    def failed(self, since: float = 0.0) -> list[Try]:
        """The connections that failed, of those begun since a time."""
        return [one for one in list(self.tries) if one.fault and one.at >= since]

    def gap(self, since: float = 0.0) -> float:
        """The longest time without an answer since a time, in seconds; an unbroken service has EVERY."""
        answered = [one.at for one in list(self.tries) if not one.fault and one.at >= since]
        return max((b - a for a, b in pairwise([since, *answered, time.monotonic()])), default=0.0)

    def _run(self) -> None:
        with self._client.inside():
            while not self._over.is_set():
                begun = time.monotonic()
                self.tries.append(Try(begun, self._one()))
                self._over.wait(max(0.0, begun + EVERY - time.monotonic()))

    def _one(self) -> str:
        try:
            with (
                socket.create_connection(self._to, PATIENCE) as plain,
                self._tls.wrap_socket(plain, server_hostname="kubernetes.default.svc") as asked,
            ):
                asked.sendall(_REQUEST)
                status = asked.recv(64).split(b"\r\n", 1)[0].decode("latin-1")
        except OSError as error:
            return f"{type(error).__name__}: {error}"
        return "" if self._wanted in status else status or "closed without a word"
