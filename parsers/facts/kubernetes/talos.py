"""Talos machine configurations (version v1alpha1): the document with `machine` and `cluster`.

Keys and defaults are those of Talos's configuration reference; the API servers' certificates get the endpoint's host
and the VIP of `machine.network` without being told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.facts.kubernetes.control_plane import (
    ClusterNetwork,
    ControlPlaneConfig,
    HostPort,
    NeededPort,
    key_span,
    names_in,
    needed_port,
    networks_in,
    port_in,
    read_url,
)
from parsers.kubernetes.tree import KubernetesDocument, YamlValue
from parsers.records import cached_property
from parsers.source import Span

_CONTROL_PLANE = ("controlplane", "init")


class TalosConfig(ControlPlaneConfig):
    """One machine's configuration."""

    tool = "Talos"
    endpoint_key = "cluster.controlPlane.endpoint"
    sans_key = "cluster.apiServer.certSANs"
    endpoint_is_url = True

    @property
    def _is_control_plane(self) -> bool:
        kind = self.value.get("machine", "type")
        return kind is not None and kind.text in _CONTROL_PLANE

    @cached_property
    def endpoint_value(self) -> YamlValue | None:
        """`cluster.controlPlane.endpoint`: a URL."""
        found = self.value.get("cluster", "controlPlane", "endpoint")
        return found if found is not None and found.text else None

    def read_endpoint(self, written: YamlValue) -> HostPort | None:
        """`https://host:port`."""
        return read_url(written)

    @property
    def ports(self) -> Sequence[NeededPort]:
        """The endpoint's port, if it is written."""
        return needed_port(self.endpoint)

    @property
    def api_port(self) -> tuple[int, Span] | None:
        """`cluster.controlPlane.localAPIServerPort`, if it is written."""
        port = self.value.get("cluster", "controlPlane", "localAPIServerPort")
        return port_in(port, 0, self.kind_span) if port is not None and self._is_control_plane else None

    @property
    def cert_sans(self) -> Sequence[YamlValue] | None:
        """`cluster.apiServer.certSANs` of a control-plane node, [] without any."""
        if not self._is_control_plane or self.endpoint is None:
            return None
        return names_in(self.value.list_at("cluster", "apiServer", "certSANs"))

    @property
    def implied_sans(self) -> set[str]:
        """The endpoint's host, and the VIPs of Talos's own."""
        found = super().implied_sans
        for interface in self.value.list_at("machine", "network", "interfaces"):
            vip = interface.get("vip", "ip")
            found |= {vip.text.lower()} if vip is not None and vip.text else set()
        return found

    @property
    def cert_sans_span(self) -> Span:
        """Where `certSANs` stands, or else the endpoint."""
        missing = key_span(self.endpoint_value, self.kind_span)
        return key_span(self.value.get("cluster", "apiServer", "certSANs"), missing)

    def networks(self) -> Iterator[ClusterNetwork]:
        """`podSubnets` and `serviceSubnets`."""
        for key, default in (("podSubnets", "10.244.0.0/16"), ("serviceSubnets", "10.96.0.0/12")):
            found = self.value.get("cluster", "network", key)
            values = [] if found is None else found.items or [found]
            yield from networks_in(f"cluster.network.{key}", key == "podSubnets", values, default, self.kind_span)


def talos_configs(documents: Sequence[KubernetesDocument]) -> Iterator[TalosConfig]:
    """The machine configurations in some files."""
    for document in documents:
        for value in document.values:
            if value.get("machine") is not None and value.get("cluster", "controlPlane") is not None:
                yield TalosConfig(value)
