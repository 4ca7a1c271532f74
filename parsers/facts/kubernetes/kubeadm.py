"""kubeadm's configuration: ClusterConfiguration, InitConfiguration and JoinConfiguration of v1beta3 and v1beta4.

The two differ here in one thing: extra arguments are a mapping in v1beta3 and a list of name and value in v1beta4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from parsers.facts.kubernetes.control_plane import (
    API_PORT,
    ClusterNetwork,
    ControlPlaneConfig,
    NeededPort,
    key_span,
    kind_of_object,
    kind_span,
    names_in,
    needed_port,
    networks_in,
    port_in,
)
from parsers.grammar.common import IPAddress, read_ip
from parsers.kubernetes.tree import KubernetesDocument, YamlValue
from parsers.records import NamedTuple, cached_property
from parsers.source import Span

SERVICE_SUBNET = "10.96.0.0/12"
"""What kubeadm takes without `networking.serviceSubnet`."""
_GROUP = "kubeadm.k8s.io"
_KINDS = ("ClusterConfiguration", "InitConfiguration", "JoinConfiguration")


class LocalEndpoint(NamedTuple):
    """`localAPIEndpoint` of a node: its own address (None: kubeadm chooses), the API server's port, and their places.

    `address_span` is that of the object if no address is written.
    """

    address: IPAddress | None
    address_span: Span
    port: int | None
    port_span: Span


class ClusterConfiguration(ControlPlaneConfig):
    """One `ClusterConfiguration`."""

    tool = "kubeadm"
    endpoint_key = "controlPlaneEndpoint"
    sans_key = "apiServer.certSANs"
    endpoint_stays = True

    @cached_property
    def endpoint_value(self) -> YamlValue | None:
        """`controlPlaneEndpoint` as it is written, None without one."""
        found = self.value.get("controlPlaneEndpoint")
        return found if found is not None and found.text else None

    @property
    def lacks_endpoint(self) -> bool:
        """Whether there is no `controlPlaneEndpoint`."""
        return self.endpoint_value is None

    @property
    def ports(self) -> Sequence[NeededPort]:
        """The endpoint's port."""
        return needed_port(self.endpoint, API_PORT)

    @property
    def cert_sans(self) -> Sequence[YamlValue] | None:
        """`apiServer.certSANs`, [] without any; None if one of them is a template, or the endpoint is not known."""
        return None if self.endpoint is None else names_in(self.value.list_at("apiServer", "certSANs"))

    @property
    def cert_sans_span(self) -> Span:
        """Where `certSANs` stands, or else the object's kind."""
        return key_span(self.value.get("apiServer", "certSANs"), self.kind_span)

    @property
    def external_etcd(self) -> bool:
        """Whether etcd runs elsewhere."""
        return self.value.get("etcd", "external") is not None

    @property
    def version(self) -> YamlValue | None:
        """`kubernetesVersion`."""
        return self.value.get("kubernetesVersion")

    def networks(self) -> Iterator[ClusterNetwork]:
        """`networking.podSubnet`, which has no default, and `serviceSubnet`."""
        for key, default in (("podSubnet", ""), ("serviceSubnet", SERVICE_SUBNET)):
            value = self.value.get("networking", key)
            values = [value] if value is not None and value.text is not None else []
            yield from networks_in(f"networking.{key}", key == "podSubnet", values, default, self.kind_span)


class NodeConfiguration:
    """An `InitConfiguration`, or a `JoinConfiguration` of a control-plane node."""

    def __init__(self, value: YamlValue) -> None:
        self.value = value

    @property
    def kind_span(self) -> Span:
        """The object's kind, on its `kind:` line."""
        return kind_span(self.value)

    @cached_property
    def local(self) -> LocalEndpoint:
        """`localAPIEndpoint`."""
        first = kind_of_object(self.value) == "InitConfiguration"
        path = ("localAPIEndpoint",) if first else ("controlPlane", "localAPIEndpoint")
        address, port = self.value.get(*path, "advertiseAddress"), self.value.get(*path, "bindPort")
        number, place = port_in(port, API_PORT, self.kind_span) or (None, self.kind_span)
        return LocalEndpoint(
            read_ip(address.text) if address is not None and address.text else None,
            address.span if address is not None else self.kind_span,
            number,
            place,
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


def is_of_kubeadm(document: KubernetesDocument) -> bool:
    """Whether an object of kubeadm's is in the file."""
    return next(document.of_kind(_GROUP, *_KINDS), None) is not None


def clusters(documents: Sequence[KubernetesDocument]) -> list[ClusterConfiguration]:
    """The `ClusterConfiguration` objects of some files."""
    found = chain.from_iterable(document.of_kind(_GROUP, "ClusterConfiguration") for document in documents)
    return [ClusterConfiguration(value) for value in found]


def nodes(documents: Sequence[KubernetesDocument]) -> list[NodeConfiguration]:
    """The `InitConfiguration` objects, and the `JoinConfiguration` of control-plane nodes."""
    found = chain.from_iterable(
        document.of_kind(_GROUP, "InitConfiguration", "JoinConfiguration") for document in documents
    )
    return [
        NodeConfiguration(value)
        for value in found
        if kind_of_object(value) == "InitConfiguration" or value.get("controlPlane") is not None
    ]
