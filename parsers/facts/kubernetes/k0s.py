"""k0s: its `ClusterConfig` (k0s.yaml), alone or inside k0sctl's `Cluster`, which lists the hosts too.

Keys and defaults are those of k0s's documentation ("Configuration options", "Control Plane High Availability").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.facts.kubernetes.control_plane import (
    API_PORT,
    ClusterNetwork,
    ControlPlaneConfig,
    NeededPort,
    key_span,
    names_in,
    networks_in,
    port_in,
)
from parsers.kubernetes.tree import KubernetesDocument, YamlValue
from parsers.records import cached_property
from parsers.source import Span

_JOIN_PORT, _KONNECTIVITY_PORT = 9443, 8132
_CONTROLLERS = ("controller", "controller+worker", "single")
_NO_ETCD = ("kine", "nats")


class K0sConfig(ControlPlaneConfig):
    """k0s's configuration; `hosts` are k0sctl's, None for a k0s.yaml, which lists none."""

    tool = "k0s"
    endpoint_key = "spec.api.externalAddress"
    sans_key = "spec.api.sans"

    def __init__(self, value: YamlValue, config: YamlValue | None, hosts: Sequence[YamlValue] | None) -> None:
        super().__init__(value)
        self._config = config
        self._hosts = hosts

    def setting(self, *path: str) -> YamlValue | None:
        """What is below `spec` of k0s's own configuration."""
        return self._config.get("spec", *path) if self._config is not None else None

    @cached_property
    def endpoint_value(self) -> YamlValue | None:
        """`externalAddress`: a host without a port."""
        found = self.setting("api", "externalAddress")
        return found if found is not None and found.text else None

    @property
    def lacks_endpoint(self) -> bool:
        """Whether several controllers have no `externalAddress`, nor a load balancer of k0s's own."""
        return self.endpoint_value is None and len(self.members or ()) > 1 and not self._balances_itself

    @property
    def _balances_itself(self) -> bool:
        for key in ("nodeLocalLoadBalancing", "controlPlaneLoadBalancing"):
            enabled = self.setting("network", key, "enabled")
            if enabled is not None and enabled.text != "false":
                return True
        return False

    @property
    def ports(self) -> Sequence[NeededPort]:
        """With an `externalAddress`: the ports of the API, for joining controllers, and for konnectivity."""
        if self.endpoint is None or self._balances_itself:
            return ()
        needed = (
            (("api", "port"), API_PORT, "the API"),
            (("api", "k0sApiPort"), _JOIN_PORT, "joining controllers"),
            (("konnectivity", "agentPort"), _KONNECTIVITY_PORT, "konnectivity ('kubectl logs' and 'exec')"),
        )
        found = []
        for path, default, purpose in needed:
            port = port_in(self.setting(*path), default, self.endpoint.span)
            if port is not None:
                found.append(NeededPort(port[0], purpose, port[1], is_api=path == ("api", "port")))
        return found

    @property
    def api_port(self) -> tuple[int, Span] | None:
        """`spec.api.port`."""
        return port_in(self.setting("api", "port"), API_PORT, self.kind_span)

    @property
    def cert_sans(self) -> Sequence[YamlValue] | None:
        """`spec.api.sans`, [] without any; None without an `externalAddress`, or if one of them is a template."""
        if self.endpoint is None or self._config is None:
            return None
        found = self.setting("api", "sans")
        return names_in(found.items or []) if found is not None else []

    @property
    def cert_sans_span(self) -> Span:
        """Where `sans` stands, or else `externalAddress`."""
        missing = key_span(self.endpoint_value, self.kind_span)
        return key_span(self.setting("api", "sans"), missing)

    @property
    def external_etcd(self) -> bool:
        """Whether etcd runs elsewhere, or kine keeps the data."""
        kind = self.setting("storage", "type")
        other = kind is not None and kind.text in _NO_ETCD
        return other or self.setting("storage", "etcd", "externalCluster") is not None

    @cached_property
    def members(self) -> Sequence[YamlValue] | None:
        """The hosts that are controllers, by the place of their role."""
        roles = [host.get("role") for host in self._hosts or ()]
        if not roles or any(role is None or role.text is None or role.dynamic for role in roles):
            return None
        return [role for role in roles if role is not None and role.text in _CONTROLLERS]

    def networks(self) -> Iterator[ClusterNetwork]:
        """`podCIDR` and `serviceCIDR`."""
        for key, default in (("podCIDR", "10.244.0.0/16"), ("serviceCIDR", "10.96.0.0/12")):
            value = self.setting("network", key)
            values = [value] if value is not None else []
            yield from networks_in(f"spec.network.{key}", key == "podCIDR", values, default, self.kind_span)

    def own_addresses(self) -> Iterator[tuple[str, YamlValue]]:
        """The addresses that a controller binds and advertises."""
        for path in (("api", "address"), ("storage", "etcd", "peerAddress")):
            value = self.setting(*path)
            if value is not None:
                yield ".".join(("spec", *path)), value


def k0s_configs(documents: Sequence[KubernetesDocument]) -> Iterator[K0sConfig]:
    """k0sctl's clusters and k0s's configurations in some files."""
    for document in documents:
        for value in document.of_kind("k0sctl.k0sproject.io", "Cluster"):
            hosts = value.get("spec", "hosts")
            listed = hosts.items if hosts is not None else None
            yield K0sConfig(value, value.get("spec", "k0s", "config"), listed)
        for value in document.of_kind("k0s.k0sproject.io", "ClusterConfig", "Cluster"):
            yield K0sConfig(value, value, None)
