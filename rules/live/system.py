"""The view of this machine: its resolvers, its hosts file, how its C library resolves a name, its addresses."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from parsers.source import Source
from rules.live.dns.datagrams import connected_udp
from rules.live.observations import HostsEntry, IPAddress, NameServer, SystemView

RESOLV_CONF = "/etc/resolv.conf"
STUB_UPSTREAMS = "/run/systemd/resolve/resolv.conf"
NSSWITCH = "/etc/nsswitch.conf"
_STUB = "127.0.0.53"  # where systemd-resolved listens (systemd-resolved.service(8))
_WINDOWS = os.name == "nt"
HOSTS = rf"{os.environ.get('SYSTEMROOT', 'C:/Windows')}\System32\drivers\etc\hosts" if _WINDOWS else "/etc/hosts"

_NAMESERVER = re.compile(r"nameserver[ \t]+([^\s;#]+)")
_HOSTS_LINE = re.compile(r"[ \t]*([^\s#]+)[ \t]+([^#]*)")
_WORD = re.compile(r"[^ \t\r\v\f]+")
# The errors of getaddrinfo(3); not every system has all of them.
_ERRORS = {
    "EAI_NONAME": "no such name",
    "EAI_NODATA": "the name exists, but has no address",
    "EAI_ADDRFAMILY": "the name has no address of a family that this machine uses",
    "EAI_AGAIN": "temporary failure: no name server answered",
    "EAI_FAIL": "a name server failed permanently",
}


def system_resolvers(resolv_conf: str = RESOLV_CONF, stub_upstreams: str = STUB_UPSTREAMS) -> tuple[NameServer, ...]:
    """The resolvers that this machine uses, in order, according to resolv.conf(5): 127.0.0.1 if the file lists none.

    All of them are returned, while the C library uses three. The stub of systemd-resolved, which would answer from one
    cache for all, is followed by its own servers. Without a readable file there are none. On Windows they come from the
    registry.
    """
    if _WINDOWS and resolv_conf == RESOLV_CONF:
        return _windows_resolvers()
    text = _text(resolv_conf)
    if text is None:
        return ()
    addresses = list(dict.fromkeys(_nameservers(text))) or ["127.0.0.1"]
    if addresses == [_STUB]:
        addresses += [address for address in _nameservers(_text(stub_upstreams) or "") if address != _STUB]
    return tuple(NameServer(address) for address in dict.fromkeys(addresses))


def _nameservers(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        # the keyword must start the line (resolv.conf(5))
        if (match := _NAMESERVER.match(line)) and _address(match[1]) is not None:
            yield match[1]


def _windows_resolvers() -> tuple[NameServer, ...]:
    import dns.resolver

    try:
        found = dns.resolver.Resolver().nameservers
    except dns.resolver.NoResolverConfiguration:
        return ()
    return tuple(NameServer(server) for server in found if isinstance(server, str) and _address(server) is not None)


def _text(path: str) -> str | None:
    """A file's text, None if it can't be read."""
    try:
        return Source.from_bytes(path, Path(path).read_bytes()).text
    except OSError:
        return None


def _address(word: str) -> IPAddress | None:
    try:
        return ip_address(word)
    except ValueError:
        return None


def hosts_entries(text: str, name: str) -> tuple[HostsEntry, ...]:
    """The lines of a hosts file (hosts(5): `address name...`, `#` for comments) that have this name, in any case.

    Lines that do not start with an address are skipped, as in the C library.
    """
    name = name.rstrip(".").lower()
    found = []
    at = 0
    for number, line in enumerate(text.split("\n"), start=1):
        match = _HOSTS_LINE.match(line)
        if match and name in line.lower() and (address := _address(match[1])) is not None:
            words = (w for w in _WORD.finditer(line, match.start(2), match.end(2)) if w[0].lower() == name)
            if word := next(words, None):
                found.append(HostsEntry(address, number, at + word.start(), at + word.end()))
        at += len(line) + 1
    return tuple(found)


def lookup_order(text: str) -> tuple[str, ...]:
    """The sources on the `hosts:` line of nsswitch.conf(5), without actions such as `[NOTFOUND=return]`."""
    order: tuple[str, ...] = ()
    for line in text.split("\n"):
        key, colon, sources = line.partition("#")[0].partition(":")
        if colon and key.strip().lower() == "hosts":
            order = tuple(re.sub(r"\[[^\]]*\]", " ", sources).split())
    return order


async def system_view(
    name: str, deadline: float, *, ask: bool, hosts_path: str = HOSTS, nsswitch_path: str = NSSWITCH
) -> SystemView:
    """How this machine resolves a name: its hosts file, the order of its sources and, with `ask`, getaddrinfo(3).

    getaddrinfo has until `deadline` (loop.time()). Files that can't be read count as empty; nothing raises.
    """
    hosts_text = _text(hosts_path) or ""
    view = SystemView(
        hosts=hosts_entries(hosts_text, name),
        hosts_path=hosts_path,
        hosts_text=hosts_text,
        order=lookup_order(_text(nsswitch_path) or ""),
    )
    if ask:
        addresses, error = await _getaddrinfo(name, deadline)
        view = view._replace(addresses=addresses, error=error)
    return view


async def _getaddrinfo(name: str, deadline: float) -> tuple[tuple[IPAddress, ...], str]:
    """The addresses, and why there are none.

    It runs in its own daemon thread: the C library has its own timeouts, which must not keep the process alive.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[tuple[IPAddress, ...], str]] = loop.create_future()

    def deliver(result: tuple[tuple[IPAddress, ...], str]) -> None:
        if not answer.done():
            answer.set_result(result)

    def run() -> None:
        result = _resolve(name)
        try:
            loop.call_soon_threadsafe(deliver, result)
        except RuntimeError:  # the loop was closed meanwhile: nothing is waiting any more
            return

    Thread(target=run, daemon=True).start()
    try:
        async with asyncio.timeout_at(deadline):
            return await answer
    except TimeoutError:
        return (), "no answer within the timeout"


def _resolve(name: str) -> tuple[tuple[IPAddress, ...], str]:
    if "\0" in name:  # the C library would see, and resolve, only the part before it
        return (), "not a host name"
    try:
        found = socket.getaddrinfo(name, None, socket.AF_UNSPEC, socket.SOCK_STREAM)
    except socket.gaierror as error:
        known = {getattr(socket, key): words for key, words in reversed(_ERRORS.items()) if hasattr(socket, key)}
        words = error.strerror or str(error)
        return (), known.get(error.errno or 0, words[:1].lower() + words[1:])
    except OSError as error:
        words = error.strerror or type(error).__name__
        return (), words[:1].lower() + words[1:]
    except UnicodeError:  # IDNA can't encode it
        return (), "not a host name"
    addresses = {address for *_, place in found if (address := _address(str(place[0]))) is not None}
    return tuple(sorted(addresses, key=lambda a: (a.version, int(a)))), ""


def local_addresses(candidates: Iterable[IPAddress]) -> frozenset[IPAddress]:
    """Which of the addresses this machine has right now; no packet is sent.

    Unlike bind(), this is not misled by the sysctl ip_nonlocal_bind, which load balancers set for their VIP.
    """
    return frozenset(address for address in candidates if _is_local(address))


def _is_local(address: IPAddress) -> bool:
    if address.is_unspecified:
        return False
    try:
        if address.version == 4:
            # Multicast may only be sent from an address of this machine (ip(7), IP_MULTICAST_IF). The source
            # address of a connected socket would not do: for an address that is the second one of its subnet, as
            # VIPs are, Linux takes the first one.
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, address.packed)
            return True
        # The source address for one of its own addresses is that address (RFC 6724 section 5, rule 1).
        with connected_udp(address, 53) as sock:
            return ip_address(sock.getsockname()[0].partition("%")[0]) == ip_address(str(address).partition("%")[0])
    except OSError:
        return False
