"""What kubeadm's configuration says: `kubeadm_facts(document)`.

ClusterConfiguration, InitConfiguration and JoinConfiguration of v1beta3 and v1beta4, which differ here in one thing:
extra arguments are a mapping in v1beta3 and a list of name and value in v1beta4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from parsers.grammar.common import IPAddress, read_ip
from parsers.kubernetes.tree import KubernetesDocument, YamlValue
from parsers.source import Span

API_PORT = 6443
SERVICE_SUBNET = "10.96.0.0/12"
"""What kubeadm takes without `networking.serviceSubnet`."""
_GROUP = "kubeadm.k8s.io"
_ENDPOINT = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?"

Network = IPv4Network | IPv6Network


class HostPort(NamedTuple):
    """`controlPlaneEndpoint`: `host` in lower case; `port` None where none is written."""

    host: str
    port: int | None
    span: Span

    @property
    def address(self) -> IPAddress | None:
        """The host as an address, None for a name."""
        return read_ip(self.host)


class LocalEndpoint(NamedTuple):
    """`localAPIEndpoint` of a node: its own address (None: kubeadm chooses), the API server's port, and their places.

    `address_span` is that of the object if no address is written.
    """

    address: IPAddress | None
    address_span: Span
    port: int | None
    port_span: Span


class KubeadmConfig:
    """The objects of one file, in their order; `certain` is false for a template, of which nothing is known."""

    def __init__(self, document: KubernetesDocument) -> None:
        self.document = document
        self.certain = not document.template

    @cached_property
    def clusters(self) -> list[ClusterConfiguration]:
        """The `ClusterConfiguration` objects."""
        return [ClusterConfiguration(value) for value in self.document.of_kind(_GROUP, "ClusterConfiguration")]

    @cached_property
    def nodes(self) -> list[NodeConfiguration]:
        """The `InitConfiguration` objects, and the `JoinConfiguration` of control-plane nodes."""
        found = self.document.of_kind(_GROUP, "InitConfiguration", "JoinConfiguration")
        return [NodeConfiguration(value) for value in found if _kind(value) == "InitConfiguration" or
                value.get("controlPlane") is not None]  # fmt: skip


class ClusterConfiguration:
    """One `ClusterConfiguration`."""

    def __init__(self, value: YamlValue) -> None:
        self.value = value

    @property
    def kind_span(self) -> Span:
        """`ClusterConfiguration` on its `kind:` line: the place of what is not there."""
        return _kind_span(self.value)

    @cached_property
    def endpoint_value(self) -> YamlValue | None:
        """`controlPlaneEndpoint` as it is written, None without one."""
        found = self.value.get("controlPlaneEndpoint")
        return found if found is not None and found.text else None

    @cached_property
    def endpoint(self) -> HostPort | None:
        """`controlPlaneEndpoint`, None if it is not there, a template, or not a host with at most a port."""
        written = self.endpoint_value
        if written is None or written.text is None or written.dynamic:
            return None
        text = written.text.strip()
        if read_ip(text) is not None:
            return HostPort(text.lower(), None, written.span)
        match = re.fullmatch(_ENDPOINT, text)
        if match is None:
            return None
        return HostPort(match[1].strip("[]").lower(), int(match[2]) if match[2] else None, written.span)

    @property
    def cert_sans(self) -> list[YamlValue] | None:
        """`apiServer.certSANs`, [] without any; None if one of them is a template."""
        found = self.value.list_at("apiServer", "certSANs")
        return None if any(item.dynamic or item.text is None for item in found) else found

    @property
    def cert_sans_span(self) -> Span:
        """Where `certSANs` stands, or else the object's kind."""
        found = self.value.get("apiServer", "certSANs")
        return found.key_span if found is not None and found.key_span is not None else self.kind_span

    @property
    def external_etcd(self) -> bool:
        """Whether etcd runs elsewhere."""
        return self.value.get("etcd", "external") is not None

    def subnets(self) -> Iterator[tuple[str, Network, Span]]:
        """The networks of pods and services: the key, the network, and its place."""
        for key in ("podSubnet", "serviceSubnet"):
            value = self.value.get("networking", key)
            if value is None or value.text is None:
                if key == "serviceSubnet":
                    yield key, ip_network(SERVICE_SUBNET), self.kind_span
                continue
            for word in value.text.split(","):
                try:
                    yield key, ip_network(word.strip(), strict=False), value.span
                except ValueError:  # a template, or a mistake that kubeadm refuses
                    continue


class NodeConfiguration:
    """An `InitConfiguration`, or a `JoinConfiguration` of a control-plane node."""

    def __init__(self, value: YamlValue) -> None:
        self.value = value

    @property
    def kind_span(self) -> Span:
        """The object's kind, on its `kind:` line."""
        return _kind_span(self.value)

    @cached_property
    def local(self) -> LocalEndpoint:
        """`localAPIEndpoint`."""
        path = ("localAPIEndpoint",) if _kind(self.value) == "InitConfiguration" else (
            "controlPlane", "localAPIEndpoint")  # fmt: skip
        address, port = self.value.get(*path, "advertiseAddress"), self.value.get(*path, "bindPort")
        number = port.text if port is not None and port.text is not None else str(API_PORT)
        return LocalEndpoint(
            read_ip(address.text) if address is not None and address.text else None,
            address.span if address is not None else self.kind_span,
            int(number) if re.fullmatch("[0-9]{1,5}", number) else None,
            port.span if port is not None else self.kind_span,
        )

    def kubelet_argument(self, name: str) -> YamlValue | None:
        """An argument of `nodeRegistration.kubeletExtraArgs`, in either form."""
        found = self.value.get("nodeRegistration", "kubeletExtraArgs")
        if found is None:
            return None
        for item in found.items or ():
            key = item.get("name")
            if key is not None and key.text == name:
                return item.get("value")
        return found.get(name)

    @property
    def arguments_dynamic(self) -> bool:
        """Whether a template decides about the kubelet's arguments."""
        found = self.value.get("nodeRegistration", "kubeletExtraArgs")
        return found is not None and found.text is not None


def kubeadm_facts(document: KubernetesDocument) -> KubeadmConfig:
    """What the file says."""
    return KubeadmConfig(document)


def _kind(value: YamlValue) -> str:
    kind = value.get("kind")
    return kind.text or "" if kind is not None else ""


def _kind_span(value: YamlValue) -> Span:
    kind = value.get("kind")
    return kind.span if kind is not None else value.span
