"""Querying everything at once: name servers and API servers concurrently, within one timeout."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from threading import Thread
from typing import Any, TypeVar

from rules.fleet.endpoint import Endpoint
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
    taken_at = time.time()
    vantage = vantage_of(endpoint)
    if endpoint.name is None:
        return Observations(taken_at, timeout, vantage)
    dns, probes = await asyncio.gather(
        _ask_dns(endpoint.name.value, resolvers, timeout), _ask_apis(endpoint, vantage, timeout, ca_file)
    )
    return Observations(taken_at, timeout, vantage, dns, probes)


def vantage_of(endpoint: Endpoint) -> Vantage:
    """Which machine this is: its name, and which of the endpoint's addresses it has right now."""
    known = (*endpoint.targets, *endpoint.unasked)
    return Vantage(socket.gethostname(), local_addresses(target.address for target in known))


async def _ask_dns(name: str, resolvers: Sequence[NameServer] | None, timeout: float) -> DnsView:
    from rules.live.dns.survey import survey

    deadline = asyncio.get_running_loop().time() + timeout
    view, system = await asyncio.gather(
        survey(name, system_resolvers() if resolvers is None else resolvers, deadline),
        system_view(name, deadline, ask=resolvers is None),
    )
    return view._replace(system=system)


async def _ask_apis(endpoint: Endpoint, vantage: Vantage, timeout: float, ca_file: str | None) -> tuple[Probe, ...]:
    if endpoint.name is None or not endpoint.targets:
        return ()
    from rules.live.tls.servers import probe_all

    sockets = [(target.address, target.port) for target in endpoint.targets]
    deadline = asyncio.get_running_loop().time() + timeout
    return await probe_all(sockets, endpoint.name.value, deadline, ca_file=ca_file, local=vantage.local)


class Survey:
    """The queries of one lint, in their own threads: the answers come while files are read and checked.

    `start_dns` needs only the name, `start_apis` the facts of the files; `finish` waits. Each part has `timeout`
    seconds.
    """

    def __init__(self, resolvers: Sequence[NameServer] | None, timeout: float, ca_file: str | None = None) -> None:
        self._resolvers = resolvers
        self._timeout = timeout
        self._ca_file = ca_file
        self._taken_at = time.time()
        self._vantage = Vantage("")
        self._dns: Callable[[], DnsView | None] = lambda: None
        self._probes: Callable[[], tuple[Probe, ...]] = tuple

    def start_dns(self, name: str) -> None:
        """Start to query the endpoint's name."""
        # Loaded before the thread starts: in it, loading would compete with the reading of the files, and delay the
        # first query by as much.
        import rules.live.dns.survey  # noqa: F401

        self._dns = _in_thread(lambda: asyncio.run(_ask_dns(name, self._resolvers, self._timeout)))

    def start_apis(self, endpoint: Endpoint) -> None:
        """Start to query all addresses of the endpoint."""
        self._vantage = vantage_of(endpoint)
        asking = (endpoint, self._vantage, self._timeout, self._ca_file)
        self._probes = _in_thread(lambda: asyncio.run(_ask_apis(*asking)))

    def finish(self) -> Observations:
        """Everything that was answered."""
        return Observations(self._taken_at, self._timeout, self._vantage, self._dns(), self._probes())


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
