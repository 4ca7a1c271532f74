"""The cluster as halb.toml describes it: every value with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from parsers.records import NamedTuple
from parsers.source import Source, Span

if TYPE_CHECKING:
    from rules.plan.keys.lint import LintChoice

T = TypeVar("T")
API_PORT = 6443
"""The port of an API server, and of the endpoint, where nothing else is said (kubeadm's default)."""

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface


class KeyPath(NamedTuple):
    """Where a value of halb.toml belongs: a table, the number of the machine in it (0 where there is one), a key.

    An empty `key` stands for the table as a whole.
    """

    table: str
    number: int
    key: str

    @property
    def name(self) -> str:
        """As messages call it: `vip.address`, `lb.interface` whichever machine's, `lb`."""
        return f"{self.table}.{self.key}" if self.key else self.table


class ClusterError(Exception):
    """halb.toml can't be used; the text names the file, the line where it is known, the key, and what is wanted.

    `path` is the key that it is about, if it is about one that is known, and `reason` the text about that alone.
    """

    def __init__(self, text: str, path: KeyPath | None = None, reason: str = "") -> None:
        super().__init__(text)
        self.path = path
        self.reason = reason or text


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


class Cluster(NamedTuple):
    """A halb.toml, read and checked. What the file leaves out is None or empty: a plan may be half finished.

    `values` are all its values with their places; the rest is what the linter looks at. `port` is None where the file
    does not say it: what needs a number asks `rules.plan.ports`. `secrets` are the places that must never be shown.
    """

    path: Path
    source: Source
    endpoint: Setting[str] | None = None
    port: Setting[int] | None = None
    phase: Setting[Phase] | None = None
    control_plane: tuple[ControlPlaneNode, ...] = ()
    vip: Vip = Vip()
    load_balancers: tuple[LoadBalancer, ...] = ()
    lint: LintChoice | None = None
    secrets: tuple[Span, ...] = ()
    values: Mapping[KeyPath, Setting[Any]] = {}

    @property
    def releases(self) -> tuple[str | None, str | None]:
        """The releases of haproxy and keepalived to lint for: those of `[lint]`, else the plan's; None for all."""
        found = []
        for daemon, table in (("haproxy", "haproxy"), ("keepalived", "vrrp")):
            stated = self.values.get(KeyPath(table, 0, "version"))
            chosen = getattr(self.lint, f"{daemon}_version", None)
            found.append(chosen or (stated.value if stated is not None else None))
        return found[0], found[1]
