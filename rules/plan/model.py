"""The cluster as halb.toml describes it: every value with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from parsers.source import Source, Span

T = TypeVar("T")
API_PORT = 6443
"""The port of an API server, and of the endpoint, where nothing else is said (kubeadm's default)."""

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface


class ClusterError(Exception):
    """halb.toml can't be used; the text names the file, the line where it is known, the key, and what is wanted."""


class Phase(StrEnum):
    """Where the endpoint's name leads: to the initial master, later to the VIP."""

    BOOTSTRAP = "bootstrap"
    CUTOVER = "cutover"


class Setting(NamedTuple, Generic[T]):
    """One value, and where it stands: `span` covers the value, or the table's header for a default."""

    value: T
    span: Span


class ControlPlaneNode(NamedTuple):
    """One `[[control_plane]]` table; the first one is the initial master. `port` is 6443 unless it is given."""

    name: Setting[str]
    address: Setting[IPAddress] | None
    port: Setting[int]


class LoadBalancer(NamedTuple):
    """One `[[lb]]` table; `files` are relative to halb.toml."""

    name: Setting[str]
    address: Setting[IPAddress] | None = None
    address6: Setting[IPAddress] | None = None
    interface: Setting[str] | None = None
    priority: Setting[int] | None = None
    files: tuple[Setting[str], ...] = ()


class Vip(NamedTuple):
    """`[vip]`: the address with its prefix length, and the second family's for dual stack."""

    address: Setting[IPInterface] | None = None
    address6: Setting[IPInterface] | None = None


class Vrrp(NamedTuple):
    """`[vrrp]`: `advert_int` in seconds, `mode` "unicast" or "multicast", `track` "process" or "script"."""

    virtual_router_id: Setting[int] | None = None
    advert_int: Setting[float] | None = None
    mode: Setting[str] | None = None
    preempt: Setting[bool] | None = None
    auth_pass: Setting[str] | None = None
    track: Setting[str] | None = None


class LintConfig(NamedTuple):
    """`[lint]`: the linter's own choices."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, Sequence[str]] = {}
    haproxy_version: str | None = None
    keepalived_version: str | None = None


class Cluster(NamedTuple):
    """A halb.toml, read and checked. What the file leaves out is None or empty: a plan may be half finished.

    `port` is None where API_PORT is meant. `layout` is "dedicated" or "stacked". `haproxy` holds the checked keys of
    `[haproxy]`. `secrets` are the places that must never be shown.
    """

    path: Path
    source: Source
    name: Setting[str] | None = None
    endpoint: Setting[str] | None = None
    port: Setting[int] | None = None
    phase: Setting[Phase] | None = None
    control_plane: tuple[ControlPlaneNode, ...] = ()
    vip: Vip = Vip()
    vrrp: Vrrp = Vrrp()
    load_balancers: tuple[LoadBalancer, ...] = ()
    haproxy: Mapping[str, Setting[Any]] = {}
    lint: LintConfig = LintConfig()
    secrets: tuple[Span, ...] = ()
    layout: Setting[str] | None = None
