"""RKE2 and K3s: config.yaml with the options of `rke2 server` or `k3s server`, and what config.yaml.d adds.

The files of config.yaml.d are read after config.yaml, in alphabetical order. A later value replaces an earlier one, but
`key+` adds to it (RKE2's documentation, "Multiple Config Files"; K3s's, "Configuration File").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from parsers.facts.kubernetes.control_plane import (
    API_PORT,
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

REGISTRATION_PORT = 9345
"""Where RKE2's servers let nodes join; the API stays on 6443 (RKE2's documentation, "High Availability")."""
_DROP_INS = "config.yaml.d"
# Options of a server that an agent's file does not have.
_OF_SERVERS = frozenset(
    (
        *("tls-san", "cluster-init", "write-kubeconfig", "write-kubeconfig-mode", "kube-apiserver-arg", "etcd-arg"),
        *("disable", "cni", "cluster-cidr", "service-cidr", "datastore-endpoint", "secrets-encryption", "agent-token"),
        *("etcd-expose-metrics", "etcd-snapshot-schedule-cron", "kube-controller-manager-arg", "kube-scheduler-arg"),
        *("flannel-backend", "disable-kube-proxy", "disable-cloud-controller", "advertise-address", "tls-san-security"),
    )
)
_OF_AGENTS_TOO = frozenset(
    ("server", "token", "token-file", "node-label", "node-taint", "kubelet-arg", "node-ip", "node-name", "selinux")
)
_RKE2_ONLY = frozenset(
    ("cni", "ingress-controller", "cloud-provider-name", "control-plane-resource-requests", "enable-servicelb")
)
_K3S_ONLY = frozenset(("flannel-backend", "https-listen-port", "docker", "cluster-init", "disable-helm-controller"))


class RancherConfig(ControlPlaneConfig):
    """The config.yaml of one server or agent, with the files of its config.yaml.d."""

    endpoint_key = "server"
    sans_key = "tls-san"
    endpoint_is_url = True
    used_once = True

    def __init__(self, values: Sequence[YamlValue], folder: PurePath) -> None:
        super().__init__(values[0])
        self._values = values
        self._folder = folder

    def setting(self, name: str) -> YamlValue | None:
        """The value that counts of an option with one value."""
        found = [value.get(name) or value.get(f"{name}+") for value in self._values]
        return next((value for value in reversed(found) if value is not None), None)

    def listed(self, name: str) -> list[YamlValue]:
        """The values that count of an option that may be given several times."""
        found: list[YamlValue] = []
        for value in self._values:
            own, more = value.get(name), value.get(f"{name}+")
            if own is not None:
                found = _items(own)
            found = [*found, *(_items(more) if more is not None else ())]
        return found

    def _has(self, names: frozenset[str]) -> bool:
        return any(self.setting(name) is not None for name in names)

    @property
    def is_server(self) -> bool:
        """Whether options show that it is a server's; an agent's may look like a server's that has few."""
        return self._has(_OF_SERVERS)

    @cached_property
    def tool(self) -> str:  # type: ignore[override]
        """Either "RKE2" or "K3s" if something shows which, else "RKE2 or K3s"."""
        port = self.endpoint.port if self.endpoint is not None else None
        parts = [part.lower() for part in self._folder.parts]
        if any("rke2" in part for part in parts) or port == REGISTRATION_PORT or self._has(_RKE2_ONLY):
            return "RKE2"
        return "K3s" if any("k3s" in part for part in parts) or self._has(_K3S_ONLY) else "RKE2 or K3s"

    @cached_property
    def endpoint_value(self) -> YamlValue | None:
        """`server`, the URL by which the node joins; the first server has none."""
        found = self.setting("server")
        return found if found is not None and found.text else None

    def read_endpoint(self, written: YamlValue) -> HostPort | None:
        """`https://host:port`."""
        return read_url(written)

    @property
    def ports(self) -> Sequence[NeededPort]:
        """The port of `server`."""
        joining = self.endpoint is not None and self.endpoint.port == REGISTRATION_PORT
        return needed_port(self.endpoint, purpose="joining nodes" if joining else "the API", is_api=not joining)

    @property
    def api_port(self) -> tuple[int, Span] | None:
        """`https-listen-port` of K3s, if it is written."""
        port = self.setting("https-listen-port")
        return port_in(port, API_PORT, self.kind_span) if port is not None else None

    @property
    def cert_sans(self) -> Sequence[YamlValue] | None:
        """`tls-san` of a server; None for what may be an agent's file."""
        return names_in(self.listed("tls-san")) if self.is_server else None

    @property
    def implied_sans(self) -> set[str]:
        """Nothing: the names of a server's own are no endpoint's."""
        return set()

    @property
    def cert_sans_span(self) -> Span:
        """Where `tls-san` stands, or else the file's first key."""
        return key_span(self.setting("tls-san"), self.kind_span)

    @property
    def external_etcd(self) -> bool:
        """Whether a database elsewhere keeps the data."""
        return self.setting("datastore-endpoint") is not None

    def networks(self) -> Iterator[ClusterNetwork]:
        """`cluster-cidr` and `service-cidr` of a server."""
        for key, default in (("cluster-cidr", "10.42.0.0/16"), ("service-cidr", "10.43.0.0/16")):
            if self.is_server:
                yield from networks_in(key, key == "cluster-cidr", self.listed(key), default, self.kind_span)

    def own_addresses(self) -> Iterator[tuple[str, YamlValue]]:
        """The addresses that a node advertises."""
        for name in ("advertise-address", "node-ip"):
            for value in self.listed(name):
                yield name, value


def rancher_configs(documents: Sequence[KubernetesDocument]) -> Iterator[RancherConfig]:
    """The configurations of RKE2 and K3s in some files, each with its config.yaml.d."""
    found: dict[str, list[tuple[bool, str, YamlValue]]] = {}
    for document in documents:
        path = PurePath(document.source.path)
        drop_in = path.parent.name == _DROP_INS
        # The files beside one another in config.yaml.d are one configuration, with the config.yaml above them.
        folder = str(path.parent.parent / "config" if drop_in else path.parent / path.stem)
        for value in document.values:
            if _is_rancher(value, drop_in):
                found.setdefault(folder, []).append((drop_in, path.name, value))
    for folder, parts in found.items():
        yield RancherConfig([value for _, _, value in sorted(parts, key=lambda part: part[:2])], PurePath(folder))


def _is_rancher(value: YamlValue, drop_in: bool) -> bool:
    """Whether a YAML document looks like options of RKE2 or K3s, not like an object of Kubernetes or Talos."""
    keys = {key.rstrip("+") for key in value.entries or ()}
    if not keys or keys & {"apiVersion", "kind", "machine", "cluster"}:
        return False
    known = (_OF_SERVERS | _RKE2_ONLY | _K3S_ONLY) & keys
    return drop_in or bool(known) or ("server" in keys and bool((_OF_AGENTS_TOO - {"server"}) & keys))


def _items(value: YamlValue) -> list[YamlValue]:
    return list(value.items) if value.items is not None else [value]
