"""Who listens on which TCP port, and which daemons run: from /proc (proc(5))."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from rules.live.machine.observed import Daemon, IPAddress, ListeningSocket, NotKnownError

DAEMONS = ("haproxy", "keepalived")
_LISTEN = "0A"  # TCP_LISTEN, include/net/tcp_states.h
_GONE = ("Z", "X")  # a process that has ended, and that nobody has asked about yet
_FIRST_NAMESPACE = "pid:[4026531836]"  # PROC_PID_INIT_INO, include/linux/proc_ns.h
_MOST = 1 << 22  # bytes of a table of sockets
_LONGEST = 4096  # bytes of a command line


def listeners(root: Path = Path("/")) -> tuple[ListeningSocket, ...]:
    """The TCP sockets that listen in this network namespace; raises NotKnownError if /proc has no table of them.

    The program's name is known for this user's processes, and for all as root.
    """
    tables = {family: _table(root, name) for family, name in ((4, "tcp"), (6, "tcp6"))}
    if all(text is None for text in tables.values()):
        raise NotKnownError("/proc/net/tcp can't be read")
    rows = [row for family, text in tables.items() for row in read_table(text or "", family)]
    owners = _owners(root)
    return tuple(row._replace(process=owners.get(inode, "")) for row, inode in rows)


def _table(root: Path, name: str) -> str | None:
    # /proc/net is that of the process, and not of a thread that has moved to another namespace.
    with suppress(OSError), (root / "proc/thread-self/net" / name).open("rb") as file:
        return file.read(_MOST).decode("ascii", "replace")
    return None


def read_table(text: str, family: int) -> Iterator[tuple[ListeningSocket, str]]:
    """The sockets of /proc/net/tcp or tcp6 that listen, each with its inode; other lines are skipped."""
    for line in text.split("\n")[1:]:
        words = line.split()
        if len(words) < 10 or words[3] != _LISTEN:
            continue
        digits, _, port = words[1].partition(":")
        with suppress(ValueError):
            address = _address(digits, family)
            # An IPv6 socket takes IPv4 as well unless IPV6_V6ONLY is set, which the table does not say.
            found = ListeningSocket(None if int(address) == 0 else address, int(port, 16), family, both=family == 6)
            yield found, words[9]


def _address(digits: str, family: int) -> IPAddress:
    """The address that is written as 32-bit numbers in the machine's byte order, here little-endian."""
    data = bytes.fromhex(digits)
    turned = b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))
    if family == 4:
        return IPv4Address(turned)
    address = IPv6Address(turned)
    return address.ipv4_mapped or address


def _owners(root: Path) -> Mapping[str, str]:
    """Inode of a socket -> the name of a process that has it open."""
    found: dict[str, str] = {}
    for process in _processes(root):
        with suppress(OSError):
            name = _name(process)
            for descriptor in os.scandir(process / "fd"):
                with suppress(OSError):
                    target = os.readlink(descriptor.path)
                    if target.startswith("socket:["):
                        found.setdefault(target[8:-1], name)
    return found


def _processes(root: Path) -> Iterator[Path]:
    with suppress(OSError):
        for entry in os.scandir(root / "proc"):
            if entry.name.isdigit():
                yield Path(entry.path)


def _name(process: Path) -> str:
    return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()


def daemons(root: Path = Path("/")) -> tuple[Daemon, ...]:
    """The processes of haproxy and keepalived in this network namespace, the oldest first.

    Raises NotKnownError where /proc does not show all processes of the machine.
    """
    if reason := _hidden(root):
        raise NotKnownError(reason)
    booted = _booted(root)
    found = []
    for process in _processes(root):
        with suppress(OSError, ValueError, IndexError):
            name = _name(process)
            state, ticks = _state(process)
            if name in DAEMONS and state not in _GONE and _is_here(process, root):
                started = booted + ticks / os.sysconf("SC_CLK_TCK")
                found.append(Daemon(name, int(process.name), started, _arguments(process)))
    return tuple(sorted(found, key=lambda one: (one.started, one.pid)))


def _hidden(root: Path) -> str:
    """Why there may be processes in this network namespace that are not seen, in words; "" for no reason."""
    first = root / "proc/1"
    try:
        _name(first)
    except OSError:
        return "the processes of other users are hidden; run it with sudo"
    with suppress(OSError):
        if os.readlink(root / "proc/self/ns/pid") == _FIRST_NAMESPACE:
            return ""
        # A container: if the network is its own, or one that was made in it, so are the processes on it.
        if os.readlink(first / "ns/net") != os.readlink(root / "proc/thread-self/ns/net"):
            return ""
    return "this is a container, which does not see the machine's processes"


def _is_here(process: Path, root: Path) -> bool:
    """Whether it is in this network namespace; yes where that can't be seen."""
    try:
        return os.readlink(process / "ns/net") == os.readlink(root / "proc/thread-self/ns/net")
    except OSError:
        return True


def _booted(root: Path) -> float:
    """When the machine was started, in seconds since 1970 UTC."""
    with suppress(OSError, ValueError):
        for line in (root / "proc/stat").read_text(encoding="ascii", errors="replace").split("\n"):
            if line.startswith("btime "):
                return float(line[6:])
    raise NotKnownError("/proc/stat does not say when the machine was started")


def _state(process: Path) -> tuple[str, float]:
    """The state, and the start after boot in clock ticks: fields 3 and 22 of /proc/PID/stat, after a name that may have
    anything in it.
    """
    text = (process / "stat").read_text(encoding="utf-8", errors="replace")
    words = text.rpartition(")")[2].split()
    return words[0], float(words[19])


def _arguments(process: Path) -> tuple[str, ...]:
    with (process / "cmdline").open("rb") as file:
        words = file.read(_LONGEST).decode("utf-8", "replace").split("\0")
    return tuple(words[:-1])
