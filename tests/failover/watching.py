"""Who has which address, as the kernel tells it: one netlink socket per namespace, a time with every change."""

from __future__ import annotations

import ctypes
import ipaddress
import os
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

SPACES = Path("/run/netns")
# linux/rtnetlink.h and linux/if_addr.h
IPV4_ADDRESSES, IPV6_ADDRESSES = 0x10, 0x100
NEW_ADDRESS, GONE_ADDRESS = 20, 21
ADDRESS, LOCAL = 1, 2
CLONE_NEWNET = 0x40000000
BUFFER = 1 << 20

_libc = ctypes.CDLL(None, use_errno=True)


class Change(NamedTuple):
    """A node got an address or lost it; `at` is on the monotonic clock."""

    at: float
    node: str
    address: str
    gained: bool


class HaltedError(Exception):
    """The wait was ended from outside."""


@contextmanager
def inside(space: str) -> Iterator[None]:
    """This thread in another network namespace: sockets and /proc/sys/net are those of there."""
    with open("/proc/thread-self/ns/net") as home, (SPACES / space).open() as there:
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(home.fileno())


def _enter(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "setns")


def read_messages(data: bytes) -> Iterator[tuple[str, bool]]:
    """The addresses in a datagram of rtnetlink, each with whether it is there now."""
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        if kind in (NEW_ADDRESS, GONE_ADDRESS):
            address = _address(data[16:length])
            if address is not None:
                yield address, kind == NEW_ADDRESS
        data = data[max(16, (length + 3) & ~3) :]


def _address(body: bytes) -> str | None:
    found: dict[int, bytes] = {}
    at = 8  # after struct ifaddrmsg
    while at + 4 <= len(body):
        length, kind = struct.unpack_from("=HH", body, at)
        found[kind] = body[at + 4 : at + length]
        at += max(4, (length + 3) & ~3)
    packed = found.get(LOCAL, found.get(ADDRESS))
    return None if packed is None else str(ipaddress.ip_address(packed))


class Watch:
    """Follows some addresses on some nodes from its creation until it is closed."""

    def __init__(self, spaces: Mapping[str, str], addresses: Iterable[str]) -> None:
        """`spaces` names each node's namespace. None of the addresses may be on a node yet."""
        self.changes: list[Change] = []
        self._held: set[tuple[str, str]] = set()
        self._addresses = [str(ipaddress.ip_address(address)) for address in addresses]
        self._news = threading.Condition()
        self._halted = False
        self._selector = selectors.DefaultSelector()
        self._end, self._closing = socket.socketpair()
        self._selector.register(self._end, selectors.EVENT_READ)
        for node, space in spaces.items():
            with inside(space):
                listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            listener.bind((0, IPV4_ADDRESSES | IPV6_ADDRESSES))
            self._selector.register(listener, selectors.EVENT_READ, node)
        self._thread = threading.Thread(target=self._follow, name="watch", daemon=True)
        self._thread.start()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.close()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()

    def owners(self) -> dict[str, list[str]]:
        """The nodes that have each address now, the addresses in the order given."""
        with self._news:
            return {a: sorted(n for n, held in self._held if held == a) for a in self._addresses}

    def halt(self) -> None:
        """End the present wait and every later one with HaltedError."""
        with self._news:
            self._halted = True
            self._news.notify_all()

    def wait(self, least: float, calm: float, most: float) -> None:
        """Return at the time `least`, or later when nothing has changed for `calm` seconds, but at `most` anyway."""
        with self._news:
            while not self._halted:
                last = self.changes[-1].at if self.changes else 0.0
                rest = max(least, min(last + calm, most)) - time.monotonic()
                if rest <= 0:
                    return
                self._news.wait(rest)
        raise HaltedError

    def _follow(self) -> None:
        with suppress(PermissionError):  # so that a busy machine does not make the times late
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -15)
        while True:
            ready = self._selector.select()
            now = time.monotonic()
            for key, _ in ready:
                if key.data is None:
                    return
                assert isinstance(key.fileobj, socket.socket)
                self._note(now, key.data, key.fileobj.recv(BUFFER))

    def _note(self, now: float, node: str, data: bytes) -> None:
        with self._news:
            for address, there in read_messages(data):
                # An address that is announced again (with other flags) has not changed hands.
                if address not in self._addresses or there == ((node, address) in self._held):
                    continue
                (self._held.add if there else self._held.remove)((node, address))
                self.changes.append(Change(now, node, address, there))
            self._news.notify_all()
