"""Real name servers for tests: knotd as authoritative server, dnsmasq and unbound as resolvers.

Each is a context manager that gives the running server, ready to answer, and ends it. They listen on any address and
port and can be started with a command prefix (`["ip", "netns", "exec", "ns"]`), so they also serve on port 53 of a
network namespace. Whether they are up is read from their logs, which needs no way into that namespace.
"""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from rules.live.observations import NameServer
from tests import daemons
from tests.net.waiting import until

PATIENCE = 20.0  # seconds; a loaded machine may take a while to start a daemon
_hosts = count(1)


def loopback() -> str:
    """A loopback address that no other test uses, in this process or in another worker (Linux has all of 127/8)."""
    worker, host = os.getpid(), next(_hosts)
    return f"127.{64 + worker // 250 % 64 + 64 * (host // 250 % 2)}.{worker % 250}.{1 + host % 250}"


def free_port(*addresses: str) -> int:
    """A port that is free on all of these addresses, for UDP and TCP."""
    for _ in range(50):
        with socket.socket(_family(addresses[0]), socket.SOCK_DGRAM) as first:
            first.bind((addresses[0], 0))
            port: int = first.getsockname()[1]
        if all(_is_free(address, port) for address in addresses):
            return port
    raise AssertionError("no free port")


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _is_free(address: str, port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(_family(address), kind) as sock:
            try:
                sock.bind((address, port))
            except OSError:
                return False
    return True


class Daemon:
    """A running name server and its log."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, server: NameServer) -> None:
        self.process = process
        self.log = log
        self.server = server

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def port(self) -> int:
        return self.server.port

    def wait_for(self, words: str, since: int = 0) -> None:
        """Wait until its log says so, from an offset on."""
        deadline = time.monotonic() + PATIENCE
        while words not in (text := self.log.read_text(errors="replace")[since:]):
            if self.process.poll() is not None:
                raise AssertionError(f"{self.process.args!r} ended: {text}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.process.args!r} does not say '{words}': {text}")
            time.sleep(0.005)

    def pause(self) -> None:
        """Make it silent: it gets questions and answers none until `resume`."""
        self.process.send_signal(signal.SIGSTOP)
        until(self._is_stopped, lambda: "the server does not stop")

    def _is_stopped(self) -> bool:
        """Whether all its threads are: one that runs may still answer."""
        states = [place.read_text().rpartition(")")[2].split()[0] for place in self._threads()]
        return all(state == "T" for state in states)

    def _threads(self) -> Iterator[Path]:
        return Path("/proc", str(self.process.pid), "task").glob("*/stat")

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Knot(Daemon):
    """knotd with its zone files."""

    folder: Path

    def write(self, zone: str, text: str) -> None:
        """Give a zone a new text, which must have another serial, and wait until it is served."""
        since = len(self.log.read_text(errors="replace"))
        (self.folder / f"{zone}.zone").write_text(text)
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(f"[{zone}.] loaded, serial", since)
        self.wait_for("reload", since)


@contextmanager
def _running(
    command: Sequence[str], prefix: Sequence[str], folder: Path, server: NameServer, ready: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*prefix, *command], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder
        )
    try:
        Daemon(process, log, server).wait_for(ready)
        yield process, log
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait(PATIENCE)


def zone(
    origin: str,
    records: str,
    servers: Mapping[str, str],
    *,
    serial: int = 1,
    ttl: int = 300,
    soa_ttl: int = 3600,
    minimum: int = 60,
) -> str:
    """A zone file: `servers` are the names (relative or with a final dot) and addresses of its name servers."""
    lines = [
        f"$ORIGIN {origin}.",
        f"$TTL {ttl}",
        f"@ {soa_ttl} SOA {next(iter(servers))} hostmaster {serial} 3600 600 86400 {minimum}",
    ]
    for name, address in servers.items():
        lines.append(f"@ NS {name}")
        if not name.endswith("."):
            lines.append(f"{name} {'AAAA' if ':' in address else 'A'} {address}")
    return "\n".join([*lines, records, ""])


@contextmanager
def knot(
    zones: Mapping[str, str],
    *,
    address: str | None = None,
    port: int | None = None,
    prefix: Sequence[str] = (),
    signed: bool = False,
) -> Iterator[Knot]:
    """An authoritative server for these zones (texts by name); `signed` has it sign them with keys of its own."""
    daemon = str(daemons.program("knotd"))
    server = _place(address, port)
    with tempfile.TemporaryDirectory(prefix="halb-knot-") as name:  # short: its control socket lies in there
        folder = Path(name)
        for origin, text in zones.items():
            (folder / f"{origin}.zone").write_text(text)
        (folder / "db").mkdir()
        (folder / "knot.conf").write_text(_knot_conf(folder, server, zones, signed=signed))
        command = [daemon, "-c", f"{folder}/knot.conf"]
        with _running(command, prefix, folder, server, "server started") as (process, log):
            running = Knot(process, log, server)
            running.folder = folder
            for origin in zones:
                running.wait_for(f"[{origin}.] loaded, serial")
            yield running


def _knot_conf(folder: Path, server: NameServer, zones: Mapping[str, str], *, signed: bool) -> str:
    listed = "".join(f"  - domain: {origin}\n    dnssec-signing: {'on' if signed else 'off'}\n" for origin in zones)
    return f"""\
server:
    rundir: "{folder}"
    listen: {server.address}@{server.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{folder}/db"
log:
  - target: stdout
    any: info
template:
  - id: default
    storage: "{folder}"
    file: "%s.zone"
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
zone:
{listed}"""


def _place(address: str | None, port: int | None) -> NameServer:
    address = address or loopback()
    return NameServer(address, port or free_port(address))


@contextmanager
def dnsmasq(
    upstream: NameServer,
    *options: str,
    address: str | None = None,
    port: int | None = None,
    prefix: Sequence[str] = (),
) -> Iterator[Daemon]:
    """A caching forwarder to `upstream`, with further command-line options (`--stop-dns-rebind`)."""
    daemon = str(daemons.program("dnsmasq"))
    server = _place(address, port)
    command = [
        daemon,
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--pid-file=",
        "--log-facility=-",
        f"--user={getpass.getuser()}",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        f"--listen-address={server.address}",
        f"--port={server.port}",
        f"--server={upstream.address}#{upstream.port}",
        *options,
    ]
    with tempfile.TemporaryDirectory(prefix="halb-dnsmasq-") as name:
        folder = Path(name)
        with _running(command, prefix, folder, server, "started, version") as (process, log):
            yield Daemon(process, log, server)


@contextmanager
def unbound(
    upstream: NameServer,
    zone_name: str,
    *lines: str,
    address: str | None = None,
    port: int | None = None,
    prefix: Sequence[str] = (),
) -> Iterator[Daemon]:
    """A validating resolver that takes `upstream` for the server of the zone; `lines` go below `server:`."""
    daemon = str(daemons.program("unbound"))
    server = _place(address, port)
    extra = "".join(f"    {line}\n" for line in lines)
    with tempfile.TemporaryDirectory(prefix="halb-unbound-") as name:
        folder = Path(name)
        (folder / "unbound.conf").write_text(f"""\
server:
    interface: {server.address}@{server.port}
    access-control: 0.0.0.0/0 allow
    do-not-query-localhost: no
    do-daemonize: no
    use-syslog: no
    verbosity: 1
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    num-threads: 1
    module-config: "validator iterator"
{extra}remote-control:
    control-enable: no
stub-zone:
    name: "{zone_name}"
    stub-addr: {upstream.address}@{upstream.port}
stub-zone:
    name: "."
    stub-addr: {upstream.address}@{upstream.port}
""")
        command = [daemon, "-d", "-p", "-c", f"{folder}/unbound.conf"]
        with _running(command, prefix, folder, server, "start of service") as (process, log):
            yield Daemon(process, log, server)
