"""Who has which address, as the kernel says it: one netlink socket per machine, a time with every change."""

from __future__ import annotations

import ipaddress
import os
import selectors
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple

from pyroute2.netlink.rtnl import RTM_DELADDR, RTM_NEWADDR, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR
from pyroute2.netlink.rtnl.marshal import MarshalRtnl

from wizard.rehearsal.lab.machine import Machine

BUFFER = 1 << 20


class AddressChange(NamedTuple):
    """A machine got an address or lost it; `at` is on the monotonic clock."""

    at: float
    node: str
    address: str
    gained: bool


class HaltedError(Exception):
    """The wait was ended from outside."""


def read_messages(data: bytes) -> Iterator[tuple[str, bool]]:
    """The addresses in a datagram of rtnetlink, each with whether it is there now."""
    for message in MarshalRtnl().parse(data):
        kind = message["header"]["type"]
        if kind in (RTM_NEWADDR, RTM_DELADDR):
            address = message.get_attr("IFA_LOCAL") or message.get_attr("IFA_ADDRESS")
            if address is not None:
                yield str(ipaddress.ip_address(address)), kind == RTM_NEWADDR


class AddressWatch:
    """Follows some addresses on some machines from its creation until it is closed. A context manager."""

    def __init__(self, machines: Iterable[Machine], addresses: Iterable[str]) -> None:
        """None of the addresses may be on a machine yet."""
        self.changes: list[AddressChange] = []
        self._held: set[tuple[str, str]] = set()
        self._addresses = [str(ipaddress.ip_address(address)) for address in addresses]
        self._news = threading.Condition()
        self._halted = False
        self._selector = selectors.DefaultSelector()
        self._end, self._closing = socket.socketpair()
        self._selector.register(self._end, selectors.EVENT_READ)
        for machine in machines:
            with machine.inside():
                listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            listener.bind((0, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
            self._selector.register(listener, selectors.EVENT_READ, machine.name)
        self._thread = threading.Thread(target=self._follow, name="watch", daemon=True)
        self._thread.start()

    def __enter__(self) -> AddressWatch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.close()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()

    def owners(self) -> dict[str, list[str]]:
        """The machines that have each address now, the addresses in the order given."""
        with self._news:
            return {a: sorted(n for n, held in self._held if held == a) for a in self._addresses}

    def gains(self, address: str) -> list[AddressChange]:
        """When a machine got the address, in order."""
        with self._news:
            return [change for change in self.changes if change.gained and change.address == address]

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
                self.changes.append(AddressChange(now, node, address, there))
            self._news.notify_all()
