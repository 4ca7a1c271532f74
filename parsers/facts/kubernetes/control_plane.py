"""What every installer's file says of a control plane, in one shape: the endpoint, certificates, networks, etcd."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import ClassVar

from parsers.grammar.common import IPAddress, read_ip
from parsers.kubernetes.tree import YamlValue
from parsers.records import NamedTuple, cached_property
from parsers.source import Span

API_PORT = 6443
LAST_PORT = 65535
_HOST_PORT = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?"

Network = IPv4Network | IPv6Network


class HostPort(NamedTuple):
    """An endpoint as it is written: `host` in lower case; `port` None where none is written."""

    host: str
    port: int | None
    span: Span

    @property
    def address(self) -> IPAddress | None:
        """The host as an address, None for a name."""
        return read_ip(self.host)


class NeededPort(NamedTuple):
    """A port of the endpoint that clients connect to, what for, and where it is written (or what it follows from)."""

    number: int
    purpose: str
    span: Span
    is_api: bool


class ClusterNetwork(NamedTuple):
    """A network inside the cluster: its key, whether it is the pods' or the services', and its place.

    `default`: the installer takes it because the file has none.
    """

    key: str
    for_pods: bool
    network: Network
    span: Span
    default: bool


class ControlPlaneConfig:
    """One file's (or object's) account of a cluster's control plane; each installer's class fills it in.

    `tool` is the installer's name; `endpoint_key` and `sans_key` are its words. `endpoint_stays`: it is not changed
    later by supported means. `used_once`: nodes join by it, and then know every control-plane node.
    """

    tool: str = ""
    endpoint_key: ClassVar[str] = ""
    sans_key: ClassVar[str] = ""
    endpoint_stays: ClassVar[bool] = False
    endpoint_is_url: ClassVar[bool] = False
    used_once: ClassVar[bool] = False

    def __init__(self, value: YamlValue) -> None:
        self.value = value

    @property
    def kind_span(self) -> Span:
        """The object's kind, or else the first key of the file: the place of what is not there."""
        return kind_span(self.value)

    @property
    def endpoint_value(self) -> YamlValue | None:
        """The endpoint as it is written, None without one."""
        raise NotImplementedError

    @cached_property
    def endpoint(self) -> HostPort | None:
        """The endpoint, None if it is not there, a template, or malformed."""
        written = self.endpoint_value
        return None if written is None or written.text is None or written.dynamic else self.read_endpoint(written)

    def read_endpoint(self, written: YamlValue) -> HostPort | None:
        """The host and port of an endpoint in this installer's form."""
        return read_host_port(written)

    @property
    def lacks_endpoint(self) -> bool:
        """Whether the file leaves out an endpoint that a cluster behind load balancers needs."""
        return False

    @property
    def ports(self) -> Sequence[NeededPort]:
        """The ports that clients and joining nodes use at the endpoint; empty if that is not known."""
        return ()

    @property
    def api_port(self) -> tuple[int, Span] | None:
        """The port of every API server, and its place; None if it is not known, or differs from node to node."""
        return None

    @property
    def cert_sans(self) -> Sequence[YamlValue] | None:
        """The names that the file adds to the certificates; None if a template decides, or another file may."""
        return None

    @property
    def implied_sans(self) -> set[str]:
        """What the installer adds to the certificates by itself, of what is known here."""
        return {self.endpoint.host} if self.endpoint is not None else set()

    @property
    def cert_sans_span(self) -> Span:
        """Where the list of names stands, or else the object's kind."""
        return self.kind_span

    @property
    def external_etcd(self) -> bool:
        """Whether etcd runs elsewhere, or the cluster has none."""
        return False

    @property
    def members(self) -> Sequence[YamlValue] | None:
        """The control-plane nodes that the file lists, None if it lists none or is not certain."""
        return None

    def networks(self) -> Iterator[ClusterNetwork]:
        """The networks of pods and services."""
        return iter(())

    def own_addresses(self) -> Iterator[tuple[str, YamlValue]]:
        """What the file says are a node's own addresses: key, value."""
        return iter(())


def read_host_port(written: YamlValue) -> HostPort | None:
    """`host`, `host:port`, `[v6]:port` or an IPv6 address alone."""
    text = (written.text or "").strip()
    if read_ip(text) is not None:
        return HostPort(text.lower(), None, written.span)
    match = re.fullmatch(_HOST_PORT, text)
    if match is None:
        return None
    return HostPort(match[1].strip("[]").lower(), int(match[2]) if match[2] else None, written.span)


def read_url(written: YamlValue) -> HostPort | None:
    """`https://host:port`, with nothing but a slash behind it."""
    match = re.fullmatch(rf"https://{_HOST_PORT}/?", (written.text or "").strip())
    if match is None:
        return None
    return HostPort(match[1].strip("[]").lower(), int(match[2]) if match[2] else None, written.span)


def needed_port(
    endpoint: HostPort | None, default: int | None = None, purpose: str = "the API", *, is_api: bool = True
) -> Sequence[NeededPort]:
    """The port of an endpoint; nothing if it is not known, or is no port."""
    port = endpoint.port if endpoint is not None and endpoint.port is not None else default
    if endpoint is None or port is None or not 0 < port <= LAST_PORT:
        return ()
    return (NeededPort(port, purpose, endpoint.span, is_api),)


def networks_in(
    key: str, for_pods: bool, values: Sequence[YamlValue], default: str, missing: Span
) -> Iterator[ClusterNetwork]:
    """The networks of some values (several in one are separated by commas); without values the default, if any."""
    if not values and default:
        yield ClusterNetwork(key, for_pods, ip_network(default), missing, default=True)
    for value in values:
        for word in (value.text or "").split(","):
            try:
                network = ip_network(word.strip(), strict=False)
            except ValueError:  # a template, or a mistake that the installer refuses
                continue
            yield ClusterNetwork(key, for_pods, network, value.span, default=False)


def port_in(value: YamlValue | None, default: int, missing: Span) -> tuple[int, Span] | None:
    """A port and its place; None for what is no port, such as a template."""
    if value is None:
        return default, missing
    text = value.text or ""
    return (int(text), value.span) if re.fullmatch("[0-9]{1,5}", text) else None


def names_in(found: Sequence[YamlValue]) -> Sequence[YamlValue] | None:
    """A list of names, None if a template fills one of them."""
    return None if any(item.dynamic or item.text is None for item in found) else found


def kind_of_object(value: YamlValue) -> str:
    """The object's `kind`, "" without one."""
    kind = value.get("kind")
    return kind.text or "" if kind is not None else ""


def kind_span(value: YamlValue) -> Span:
    """The object's kind on its `kind:` line, or else its first key."""
    kind = value.get("kind")
    if kind is not None:
        return kind.span
    first = next(iter(value.entries.values()), None) if value.entries else None
    return first.key_span or value.span if first is not None else value.span


def key_span(value: YamlValue | None, missing: Span) -> Span:
    """Where a value's key stands; `missing` if there is no value."""
    return value.key_span if value is not None and value.key_span is not None else missing
