"""Asking the servers under test, and what has to hold however they behave."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import cache
from ipaddress import ip_address
from typing import Any, TypeVar

import pytest

from rules.live.observations import Probe
from rules.live.tls.servers import probe
from tests.live.tls.api_servers import ApiServer
from tests.live.tls.certificates import Authority, Issued

T = TypeVar("T")
NAME = "kube.example.com"
LOOPBACK = "127.0.0.1"
LATE = 3.0  # seconds that a busy machine may take beyond a deadline; what hangs takes longer
AUTHORITY = Authority()


@cache
def issued() -> Issued:
    """The certificate of the servers, for NAME, 127.0.0.1 and ::1."""
    return AUTHORITY.issue([NAME], [LOOPBACK, "::1"])


@pytest.fixture
def quiet(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The test must not make asyncio or the interpreter write to stderr."""
    caplog.set_level(logging.WARNING)
    yield
    assert capfd.readouterr().err == ""
    assert not caplog.records


def within(seconds: float, ask: Callable[[float], Coroutine[Any, Any, T]]) -> T:
    """What `ask(deadline)` gives; it must end in time and leave neither tasks nor sockets behind."""

    async def run() -> T:
        result = await ask(asyncio.get_running_loop().time() + seconds)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    begun = time.monotonic()
    try:
        return asyncio.run(run())
    finally:
        assert time.monotonic() - begun < seconds + LATE
        gc.collect()  # a socket that was not closed makes a ResourceWarning, which is an error


def ask(server: ApiServer, seconds: float = 5.0, name: str = NAME, ca_file: str | None = None) -> Probe:
    """The probe of a server under test."""
    address = ip_address(server.address)
    return within(seconds, lambda deadline: probe(address, server.port, name, deadline, ca_file=ca_file))
