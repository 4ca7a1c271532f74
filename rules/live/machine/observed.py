"""What was seen on this machine, as plain data: the input of the rules about it.

Everything here comes from programs and files of the machine and is untrusted: texts may contain anything, and are made
printable where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any

from parsers.records import NamedTuple

IPAddress = IPv4Address | IPv6Address


class NotKnownError(Exception):
    """A source that can't say what it was asked for; the text is the reason, and what to do about it."""


class Held(NamedTuple):
    """An address on an interface, with the length of its prefix."""

    address: IPAddress
    prefix: int

    @property
    def network(self) -> IPv4Network | IPv6Network:
        """The network of the address."""
        return ip_network((self.address, self.prefix), strict=False)

    def __str__(self) -> str:
        return f"{self.address}/{self.prefix}"


class Nic(NamedTuple):
    """A network interface: `up` is what the administrator set, `other_names` those that the kernel knows besides
    (altnames). The addresses are in the kernel's order: of those in one network the first is the usual source.
    """

    name: str
    number: int
    up: bool = True
    addresses: tuple[Held, ...] = ()
    other_names: tuple[str, ...] = ()
    loopback: bool = False

    def owns(self, address: IPAddress) -> bool:
        """Whether the address is in one of the interface's networks, other than as the only address of it."""
        return any(
            held.address.version == address.version
            and held.prefix < held.address.max_prefixlen
            and not held.address.is_link_local
            and address in held.network
            for held in self.addresses
            if held.address != address
        )


class ListeningSocket(NamedTuple):
    """A TCP socket that listens. `address` None: every address of the family. `both`: an IPv6 socket for IPv4 too.
    `process` is the program's name, "" where that can't be seen.
    """

    address: IPAddress | None
    port: int
    family: int
    process: str = ""
    both: bool = False


class Daemon(NamedTuple):
    """A running process of haproxy or keepalived: when it was started (seconds since 1970 UTC), and how."""

    name: str
    pid: int
    started: float
    arguments: tuple[str, ...] = ()


class Unit(NamedTuple):
    """A unit of systemd. `enabled` is its UnitFileState, `changed` when its state changed last (also at a reload), in
    seconds since 1970 UTC; None if that was never.
    """

    name: str
    loaded: str
    active: str
    enabled: str
    changed: float | None = None


class SeenFile(NamedTuple):
    """A file, or a folder above it: owner, group, and the mode's permission bits with the sticky bit."""

    path: str
    mode: int
    owner: int
    group: int
    folder: bool = False


class SeenScript(NamedTuple):
    """A program that keepalived runs. `problem`: "" or why it can't be looked at ("missing", "unreadable").

    `chain` is the file, with links followed, and every folder above it. `interpreter` is the program after `#!`, ""
    for none; `lacks` are the programs that the script calls and that no folder of `PATH` has. `label` is SELinux's.
    """

    path: str
    problem: str = ""
    chain: tuple[SeenFile, ...] = ()
    interpreter: str = ""
    interpreter_there: bool = True
    lacks: tuple[str, ...] = ()
    label: str = ""

    @property
    def file(self) -> SeenFile | None:
        """The file itself."""
        return next((part for part in self.chain if not part.folder), None)


class SeenConfig(NamedTuple):
    """A configuration file, as the run names it: its permission bits and when it was written (seconds since 1970 UTC).

    `real` is where it is, with links followed. `reachable`: other users may pass the folders above it.
    """

    path: str
    mode: int
    modified: float
    real: str
    reachable: bool = True


class Advert(NamedTuple):
    """A VRRP advert that was heard: on which interface, from whom, for which virtual router."""

    interface: str
    source: IPAddress
    vrid: int
    version: int
    priority: int
    addresses: tuple[IPAddress, ...] = ()
    destination: IPAddress | None = None


class Answer(NamedTuple):
    """A machine that says by ARP that it has an address: its hardware address, and the interface that heard it."""

    address: IPAddress
    hardware: str
    interface: str


class Managed(NamedTuple):
    """An interface that systemd-networkd manages: the file that configures it, and its KeepConfiguration (""): none."""

    interface: str
    file: str
    keep: str


class Selinux(NamedTuple):
    """SELinux as it is enforced: `connect_any` is haproxy's boolean haproxy_connect_any, None where it has none."""

    enforcing: bool
    connect_any: bool | None = None


class Rulesets(NamedTuple):
    """The packet filter's rules: nftables' as JSON (`nft -j list ruleset`), and those of iptables as it saves them, by
    family (4, 6); they may be the same ones. `frontends` are the tools that look after them here: "firewalld", "ufw".
    """

    nftables: tuple[Mapping[str, Any], ...] = ()
    iptables: Mapping[int, str] = {}
    frontends: tuple[str, ...] = ()


class MachineObservations(NamedTuple):
    """What was seen on this machine in one run.

    `unknown`: source -> why it could not be read; the sources are "interfaces", "sysctls", "sockets", "processes",
    "systemd", "firewall", "scripts", "files", "routes", "networkd", "platform", "selinux", "arp" and "vrrp". `sysctls`
    has the values by name, `lasting` those that a file in /etc/sysctl.d and the like sets. `sources` are the source
    addresses that the kernel takes, by destination. `script_account`: there is an account keepalived_script. `strays`
    are files whose names are nearly those of the configurations. `listened` is for how many seconds adverts were
    listened for. `local`: the files of this run are those that the daemons here read.
    """

    hostname: str = ""
    local: bool = False
    unknown: Mapping[str, str] = {}
    interfaces: tuple[Nic, ...] = ()
    sysctls: Mapping[str, str] = {}
    lasting: Mapping[str, str] = {}
    listeners: tuple[ListeningSocket, ...] = ()
    daemons: tuple[Daemon, ...] = ()
    units: tuple[Unit, ...] = ()
    rulesets: Rulesets = Rulesets()
    scripts: tuple[SeenScript, ...] = ()
    script_account: bool = False
    configs: tuple[SeenConfig, ...] = ()
    strays: tuple[str, ...] = ()
    sources: Mapping[IPAddress, IPAddress] = {}
    managed: tuple[Managed, ...] = ()
    platform: str = ""
    selinux: Selinux = Selinux(False)
    answers: tuple[Answer, ...] = ()
    adverts: tuple[Advert, ...] = ()
    listened: float = 0.0

    @property
    def addresses(self) -> frozenset[IPAddress]:
        """Every address of the machine now."""
        return frozenset(held.address for nic in self.interfaces for held in nic.addresses)

    def nic(self, name: str) -> Nic | None:
        """The interface of this name; keepalived does not know altnames (measured with 2.2.7)."""
        return next((nic for nic in self.interfaces if name == nic.name), None)

    def owner_of(self, address: IPAddress) -> Nic | None:
        """The one interface in whose networks the address is; None for none and for several."""
        owners = [nic for nic in self.interfaces if not nic.loopback and nic.owns(address)]
        return owners[0] if len(owners) == 1 else None

    def holder_of(self, address: IPAddress) -> Nic | None:
        """The interface that has the address now."""
        return next((nic for nic in self.interfaces if any(h.address == address for h in nic.addresses)), None)

    def runs(self, daemon: str) -> bool:
        """Whether a process of this name runs."""
        return any(process.name == daemon for process in self.daemons)
