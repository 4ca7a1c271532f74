"""What manifests say that load balancers have to know: Calico, kube-proxy, keepalived in a pod, announced addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

from parsers.facts.kubernetes.control_plane import ControlPlaneConfig, kind_of_object, kind_span
from parsers.facts.kubernetes.k0s import K0sConfig
from parsers.facts.kubernetes.rancher import RancherConfig
from parsers.facts.kubernetes.talos import TalosConfig
from parsers.grammar.common import IPAddress
from parsers.kubernetes.tree import KubernetesDocument, YamlValue
from parsers.records import NamedTuple
from parsers.source import Span

FIRST_FOUND, CIDR, CAN_REACH = "first-found", "cidr", "can-reach"
_WORKLOADS = ("DaemonSet", "Deployment", "StatefulSet")
_ANNOTATIONS = ("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs", "kube-vip.io/loadbalancerIPs")
_OPERATOR = {"firstFound": FIRST_FOUND, "cidrs": CIDR, "canReach": CAN_REACH}


class CalicoDetection(NamedTuple):
    """How calico-node finds its node's address of one IP version (Calico, "Configure IP autodetection").

    `method` is one of those above, or another's name; `values` are the networks or the host behind it. Where nothing is
    written, Calico takes first-found, and `default` is true.
    """

    version: int
    method: str
    values: tuple[str, ...]
    span: Span
    default: bool


class KubeProxy(NamedTuple):
    """kube-proxy in mode ipvs: whether it has strictARP, None if a template decides."""

    strict_arp: bool | None
    span: Span


class PodWithKeepalived(NamedTuple):
    """A DaemonSet, Deployment or StatefulSet whose pods run keepalived: its kind, image, and what they are given."""

    kind: str
    image: YamlValue
    words: frozenset[str]


class AnnouncedAddress(NamedTuple):
    """An address, or a range from `first` to `last`, that a Service or MetalLB announces to the network."""

    what: str
    first: IPAddress
    last: IPAddress
    span: Span

    def has(self, address: IPAddress) -> bool:
        """Whether the address is among them."""
        return address.version == self.first.version and int(self.first) <= int(address) <= int(self.last)


def calico_detections(
    documents: Sequence[KubernetesDocument], configs: Sequence[ControlPlaneConfig]
) -> Iterator[CalicoDetection]:
    """What the operator's Installation, the DaemonSet calico-node, and k0s say."""
    for document in documents:
        for value in document.of_kind("operator.tigera.io", "Installation"):
            yield from _of_operator(value)
        for _, container in _containers(document):
            image = container.get("image")
            if image is not None and re.search(r"calico[-/]node(?![\w-])", image.text or ""):
                yield from _of_environment(_environment(container), image.span)
    for config in configs:
        provider = config.setting("network", "provider") if isinstance(config, K0sConfig) else None
        if isinstance(config, K0sConfig) and provider is not None and provider.text == "calico":
            method = config.setting("network", "calico", "ipAutodetectionMethod")
            variable = config.setting("network", "calico", "envVars", "IP_AUTODETECTION_METHOD")
            yield from _by_method(4, method or variable, provider.span)


def _of_operator(value: YamlValue) -> Iterator[CalicoDetection]:
    plugin, provider = value.get("spec", "cni", "type"), value.get("spec", "kubernetesProvider")
    if (plugin is not None and plugin.text != "Calico") or (provider is not None and provider.text):
        return
    for version in (4, 6):
        found = value.get("spec", "calicoNetwork", f"nodeAddressAutodetectionV{version}")
        for key, setting in (found.entries or {}).items() if found is not None else ():
            items = tuple(item.text or "" for item in setting.items or [setting])
            if not any(item.dynamic for item in setting.items or [setting]) and setting.text != "false":
                yield CalicoDetection(version, _OPERATOR.get(key, key), items, setting.span, default=False)
        if found is None and version == 4:
            yield CalicoDetection(4, FIRST_FOUND, (), kind_span(value), default=True)


def _of_environment(variables: dict[str, YamlValue], missing: Span) -> Iterator[CalicoDetection]:
    for version, prefix in ((4, "IP"), (6, "IP6")):
        address = variables.get(prefix)
        wanted = "autodetect" if address is None and version == 4 else address.text if address is not None else ""
        if wanted == "autodetect":
            yield from _by_method(version, variables.get(f"{prefix}_AUTODETECTION_METHOD"), missing)


def _by_method(version: int, written: YamlValue | None, missing: Span) -> Iterator[CalicoDetection]:
    if written is None or not written.text:
        yield CalicoDetection(version, FIRST_FOUND, (), missing, default=True)
    elif not written.dynamic:
        method, _, values = written.text.partition("=")
        yield CalicoDetection(version, method, tuple(values.split(",")), written.span, default=False)


def ipvs_proxies(documents: Sequence[KubernetesDocument], configs: Sequence[ControlPlaneConfig]) -> Iterator[KubeProxy]:
    """kube-proxy in mode ipvs, as its own configuration, k0s, RKE2, K3s and Talos have it."""
    for document in documents:
        for value in document.of_kind("kubeproxy.config.k8s.io", "KubeProxyConfiguration"):
            yield from _proxy(value.get("mode"), value.get("ipvs", "strictARP"))
    for config in configs:
        if isinstance(config, K0sConfig):
            found = config.setting("network", "kubeProxy")
            if found is not None:
                yield from _proxy(found.get("mode"), found.get("ipvs", "strictARP"))
        elif isinstance(config, TalosConfig):
            found = config.value.get("cluster", "proxy")
            if found is not None:
                yield from _proxy(found.get("mode"), found.get("extraArgs", "ipvs-strict-arp"))
        elif isinstance(config, RancherConfig):
            given = {(item.text or "").strip("-"): item for item in config.listed("kube-proxy-arg")}
            if (argument := given.get("proxy-mode=ipvs")) is not None:
                yield KubeProxy("ipvs-strict-arp=true" in given or "ipvs-strict-arp" in given, argument.span)


def _proxy(mode: YamlValue | None, strict: YamlValue | None) -> Iterator[KubeProxy]:
    if mode is not None and mode.text == "ipvs":
        known = strict is None or not strict.dynamic
        yield KubeProxy((strict is not None and strict.text == "true") if known else None, mode.span)


def pods_with_keepalived(documents: Sequence[KubernetesDocument]) -> Iterator[PodWithKeepalived]:
    """The workloads whose pods run keepalived; `words` are of their variables and arguments, and of all ConfigMaps."""
    maps = [value for document in documents for value in document.of_kind("v1", "ConfigMap")]
    data = [found.entries for value in maps if (found := value.get("data")) is not None and found.entries is not None]
    texts = [entry.text or "" for entries in data for entry in entries.values()]
    for document in documents:
        for value, container in _containers(document):
            image = container.get("image")
            if image is None or "keepalived" not in (image.text or ""):
                continue
            given = [item.text or "" for name in ("args", "command") for item in container.list_at(name)]
            given += [variable.text or "" for variable in _environment(container).values()]
            words = re.findall(r"[0-9A-Fa-f:.]+", "\n".join([*given, *texts]))
            yield PodWithKeepalived(kind_of_object(value), image, frozenset(words))


def announced_addresses(documents: Sequence[KubernetesDocument]) -> Iterator[AnnouncedAddress]:
    """What Services have as externalIPs, loadBalancerIP or annotations, and the pools of MetalLB."""
    for document in documents:
        for value in document.of_kind("v1", "Service"):
            written = [*value.list_at("spec", "externalIPs")]
            written += [found for found in (value.get("spec", "loadBalancerIP"),) if found is not None]
            notes = (value.get("metadata", "annotations", name) for name in _ANNOTATIONS)
            written += [found for found in notes if found is not None]
            name = value.get("metadata", "name")
            what = f"the Service {name.text}" if name is not None else "a Service"
            yield from (found for item in written for found in _ranges(what, item))
        for value in document.of_kind("metallb.io", "IPAddressPool"):
            for item in value.list_at("spec", "addresses"):
                yield from _ranges("MetalLB", item)


def _ranges(what: str, item: YamlValue) -> Iterator[AnnouncedAddress]:
    for word in (item.text or "").split(","):
        first, dash, last = (part.strip() for part in word.partition("-"))
        try:
            if dash:
                yield AnnouncedAddress(what, ip_address(first), ip_address(last), item.span)
            else:
                network = ip_network(first, strict=False)
                yield AnnouncedAddress(what, network[0], network[-1], item.span)
        except ValueError:  # a template, a name
            continue


def _containers(document: KubernetesDocument) -> Iterator[tuple[YamlValue, YamlValue]]:
    """The workloads of a file with their containers."""
    for value in document.of_kind("apps", *_WORKLOADS):
        for container in value.list_at("spec", "template", "spec", "containers"):
            yield value, container


def _environment(container: YamlValue) -> dict[str, YamlValue]:
    """The variables with a value; those from a ConfigMap, a Secret or a field are left out."""
    found = {}
    for item in container.list_at("env"):
        name, value = item.get("name"), item.get("value")
        if name is not None and name.text and value is not None:
            found[name.text] = value
    return found
