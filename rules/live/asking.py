"""Querying everything at once: name servers and API servers concurrently, within one timeout."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Thread
from typing import Any, TypeVar

from rules.live.endpoint import Endpoint
from rules.live.observations import DnsView, NameServer, Observations, Probe, Vantage
from rules.live.system import local_addresses, system_resolvers, system_view

T = TypeVar("T")
DNS_PORT = 53


def parse_resolver(text: str) -> NameServer:
    """The server given as `ADDR`, `ADDR:PORT` or `[ADDR6]:PORT`; raises ValueError with what is expected."""
    match = re.fullmatch(r"\[([^\]]+)\](?::(\d{1,5}))?|([^:\[\]]+)(?::(\d{1,5}))?", text)
    host, port = (match[1] or match[3], match[2] or match[4]) if match else (text, None)
    try:
        ip_address(host)
    except ValueError as error:
        raise ValueError(f"'{text}' is not an address such as 10.0.0.53, 10.0.0.53:5353 or [fd00::53]:53") from error
    number = int(port) if port else DNS_PORT
    if not 1 <= number <= 65535:
        raise ValueError(f"'{text}': the port must be from 1 to 65535")
    return NameServer(host, number)


def check_ca_file(path: str) -> None:
    """Returns if certificates can be verified with this file; raises OSError, or ValueError with the reason."""
    from rules.live.tls import servers as tls

    tls.check_ca_file(path)


async def observe(
    endpoint: Endpoint, *, resolvers: Sequence[NameServer] | None, timeout: float, ca_file: str | None = None
) -> Observations:
    """Query the endpoint's name and all its addresses; returns what came back within `timeout` seconds.

    `resolvers` None means those of this machine, which then also resolves the name itself. Nothing that the network
    does raises; check `ca_file` with `check_ca_file` beforehand.
    """
    if endpoint.name is None:
        return Observations(time.time(), timeout, _vantage_of(endpoint))
    known: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()
    known.set_result(endpoint)
    return await _observe(endpoint.name.value, known, resolvers, timeout, ca_file)


def load_asking(*, names: bool = True, machines: bool = True) -> None:
    """Load what asks name servers, and machines: else the first question does, which counts as time they took."""
    if names:
        import rules.live.dns.survey
    if machines:
        import rules.live.tls.servers  # noqa: F401


class Survey:
    """The queries of one lint, in their own thread: the answers come while files are read and checked.

    The name servers are queried at once, the machines after `ask_machines`; each part has `timeout` seconds. `finish`
    waits for both.
    """

    def __init__(
        self, name: str, resolvers: Sequence[NameServer] | None, timeout: float, ca_file: str | None = None
    ) -> None:
        # Loaded before the thread starts: in it, loading would compete with the reading of the files, and delay the
        # first query by as much.
        load_asking(machines=False)

        endpoint: Future[Endpoint] = Future()
        self._endpoint = endpoint

        async def ask() -> Observations:
            return await _observe(name, asyncio.wrap_future(endpoint), resolvers, timeout, ca_file)

        self._wait = _in_thread(lambda: asyncio.run(ask()))

    def ask_machines(self, endpoint: Endpoint) -> None:
        """Start to query all addresses of the endpoint."""
        if endpoint.targets:
            load_asking(names=False)  # in the thread, loading would delay the name servers' answers
        self._endpoint.set_result(endpoint)

    def finish(self) -> Observations:
        """Everything that was answered."""
        return self._wait()


async def _observe(
    name: str,
    endpoint: Awaitable[Endpoint],
    resolvers: Sequence[NameServer] | None,
    timeout: float,
    ca_file: str | None,
) -> Observations:
    """Ask the name servers now, and the machines as soon as the endpoint is known."""
    taken_at = time.time()

    async def machines() -> tuple[Vantage, tuple[Probe, ...]]:
        known = await endpoint
        vantage = _vantage_of(known)
        return vantage, await _ask_machines(name, known, vantage, timeout, ca_file)

    dns, (vantage, probes) = await asyncio.gather(_ask_dns(name, resolvers, timeout), machines())
    return Observations(taken_at, timeout, vantage, dns, probes)


def _vantage_of(endpoint: Endpoint) -> Vantage:
    """Which machine this is: its name, and which of the endpoint's addresses it has right now."""
    known = (*endpoint.targets, *endpoint.not_queried)
    return Vantage(socket.gethostname(), local_addresses(target.address for target in known))


async def _ask_dns(name: str, resolvers: Sequence[NameServer] | None, timeout: float) -> DnsView:
    from rules.live.dns.survey import survey

    deadline = asyncio.get_running_loop().time() + timeout
    view, system = await asyncio.gather(
        survey(name, system_resolvers() if resolvers is None else resolvers, deadline),
        system_view(name, deadline, ask=resolvers is None),
    )
    return view._replace(system=system)


async def _ask_machines(
    name: str, endpoint: Endpoint, vantage: Vantage, timeout: float, ca_file: str | None
) -> tuple[Probe, ...]:
    if not endpoint.targets:
        return ()
    from rules.live.tls.servers import probe_all

    sockets = [(target.address, target.port) for target in endpoint.targets]
    deadline = asyncio.get_running_loop().time() + timeout
    return await probe_all(sockets, name, deadline, ca_file=ca_file, local=vantage.local)


def _in_thread(work: Callable[[], T]) -> Callable[[], T]:
    """Start `work` in a thread that can't keep the process alive; returns a function that waits for its result."""
    result: dict[str, Any] = {}

    def run() -> None:
        try:
            result["value"] = work()
        except BaseException as error:  # passed to the waiting thread
            result["error"] = error

    thread = Thread(target=run, daemon=True)
    thread.start()

    def wait() -> T:
        thread.join()
        if "error" in result:
            raise result["error"]
        value: T = result["value"]
        return value

    return wait
