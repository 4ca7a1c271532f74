"""Asking many API servers at once, and stopping to ask."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

import pytest

from rules.live.observations import Contact
from rules.live.tls.servers import probe, probe_all
from tests.live.dns.asking import AUTHORITY, LOOPBACK, NAME, issued, quiet, within
from tests.live.tls.api_servers import ApiServer, Behaviour
from tests.programs import ROOT

__all__ = ["quiet"]  # a fixture
pytestmark = [pytest.mark.usefixtures("quiet"), pytest.mark.slow]


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer(LOOPBACK, 0, issued()) as server:
        yield server


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    return AUTHORITY.write(tmp_path)


def test_many_are_asked_once_each_in_their_order() -> None:
    with ApiServer(LOOPBACK, 0, issued()) as one, ApiServer("127.0.0.2", 0, issued(), status=403) as two:
        here, there = (ip_address(LOOPBACK), one.port), (ip_address("127.0.0.2"), two.port)
        answers = within(
            5, lambda deadline: probe_all([there, here, there], NAME, deadline, local=frozenset({here[0]}))
        )
        assert [(answer.address, answer.port, answer.status, answer.local) for answer in answers] == [
            (*there, 403, False),
            (*here, 200, True),
        ]
        assert (one.connections, two.connections) == (1, 1)


def test_those_that_are_silent_are_waited_for_side_by_side() -> None:
    with ExitStack() as stack:
        targets = []
        for _ in range(70):
            sock = stack.enter_context(socket.socket())
            sock.bind((LOOPBACK, 0))
            sock.listen()
            targets.append((ip_address(LOOPBACK), sock.getsockname()[1]))
        answers = within(1.0, lambda deadline: probe_all(targets, NAME, deadline))
    assert [answer.port for answer in answers] == [port for _, port in targets]
    assert [answer.contact for answer in answers] == [Contact.SILENT] * 64 + [Contact.TIMEOUT] * 6
    assert answers[-1].detail == "was not queried: the time was up before its turn"


@pytest.mark.parametrize("behaviour", [Behaviour.HANG, Behaviour.HANG_AFTER_TLS, Behaviour.DRIP])
def test_cancelling_leaves_nothing_behind(server: ApiServer, ca_file: str, behaviour: Behaviour) -> None:
    server.behaviour = behaviour

    async def cancelled(deadline: float) -> bool:
        target = (ip_address(LOOPBACK), server.port)
        asking = asyncio.create_task(probe_all([target], NAME, deadline, ca_file))
        while server.connections < 2:  # with the one that verifies
            await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.wait({asking})
        return asking.cancelled()

    assert within(5, cancelled)


def test_the_server_is_also_a_program(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "tests.live.tls.api_servers",
        LOOPBACK,
        str(port),
        *map(str, issued().write(tmp_path)),
    ]
    with subprocess.Popen([*command, "--status", "403"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            answer = within(5, lambda deadline: probe(ip_address(LOOPBACK), port, NAME, deadline))
        finally:
            process.terminate()
    assert answer.status == 403
