"""What the command line says about the cluster, laid over what halb.toml says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any

from parsers.source import Source, Span
from rules.plan.model import API_PORT, Cluster, ClusterError, ControlPlaneNode, IPAddress, KeyPath, Phase, Setting, Vip

COMMAND_LINE = "<command line>"


class Given:
    """The options that state facts, as they were typed; `cluster()` checks them."""

    def __init__(
        self,
        endpoint: str | None = None,
        vips: Sequence[str] = (),
        initial_master: str | None = None,
        phase: str | None = None,
    ) -> None:
        self._words: list[tuple[str, str]] = []
        self._text = ""
        self._spans: dict[tuple[str, int], tuple[int, int]] = {}
        for option, values in (
            ("--endpoint", (endpoint,)),
            ("--vip", tuple(vips)),
            ("--initial-master", (initial_master,)),
            ("--phase", (phase,)),
        ):
            for number, value in enumerate(value for value in values if value is not None):
                self._text += f"{' ' if self._text else ''}{option} "
                self._spans[option, number] = (len(self._text), len(self._text) + len(value))
                self._text += value
        self._source = Source(COMMAND_LINE, self._text + "\n")

    def _settings(self, option: str) -> list[Setting[str]]:
        spans = [span for (name, _), span in self._spans.items() if name == option]
        return [Setting(self._text[a:b], Span(self._source, a, b)) for a, b in spans]

    def cluster(self, base: Cluster | None) -> Cluster | None:
        """`base` with these facts in place of its own; None when there are neither.

        Raises ClusterError with the option, its value and what is wanted.
        """
        if not self._spans:
            return base
        cluster = base or Cluster(Path(COMMAND_LINE), self._source)
        for endpoint in self._settings("--endpoint"):
            cluster = _with_endpoint(cluster, endpoint)
        for vip in self._settings("--vip"):
            cluster = _with_vip(cluster, vip)
        for master in self._settings("--initial-master"):
            cluster = _with_initial_master(cluster, master)
        for phase in self._settings("--phase"):
            if phase.value not in tuple(Phase):
                raise ClusterError(f"--phase can't be '{phase.value}'; it takes {' or '.join(Phase)}")
            cluster = cluster._replace(phase=Setting(Phase(phase.value), phase.span))
        return cluster._replace(values={**cluster.values, **_said(cluster)})


def _said(cluster: Cluster) -> dict[KeyPath, Setting[Any]]:
    """What the options can say, by its key."""
    stated: dict[KeyPath, Setting[Any] | None] = {
        KeyPath("cluster", 0, "endpoint"): cluster.endpoint,
        KeyPath("cluster", 0, "port"): cluster.port,
        KeyPath("cluster", 0, "phase"): cluster.phase,
        KeyPath("vip", 0, "address"): cluster.vip.address,
        KeyPath("vip", 0, "address6"): cluster.vip.address6,
    }
    for number, node in enumerate(cluster.control_plane):
        for key, setting in node._asdict().items():
            stated[KeyPath("control_plane", number, key)] = setting
    return {path: setting for path, setting in stated.items() if setting is not None}


def _with_endpoint(cluster: Cluster, given: Setting[str]) -> Cluster:
    from rules.plan.types.values import endpoint_name, port_number

    name, colon, port = given.value.partition(":")
    if "/" in port or ":" in port:  # an address of the web, or of IPv6: the name's own check says it best
        name, colon, port = given.value, "", ""
    try:
        cluster = cluster._replace(endpoint=Setting(endpoint_name(name), given.span))
    except ValueError as error:
        raise ClusterError(f"--endpoint: {error}") from error
    if not colon:
        return cluster
    try:
        number = port_number(int(port) if re.fullmatch(r"[0-9]{1,6}", port) else port)
    except ValueError as error:
        raise ClusterError(f"--endpoint '{given.value}': the port {error}") from error
    return cluster._replace(port=Setting(number, given.span))


def _with_vip(cluster: Cluster, given: Setting[str]) -> Cluster:
    _address("--vip", given.value.partition("/")[0])
    try:
        address = Setting(ip_interface(given.value), given.span)
    except ValueError as error:
        raise ClusterError(f"--vip '{given.value}': the prefix length is wrong; write the address alone") from error
    old = cluster.vip
    if address.value.version == 6:
        if old.address is None or old.address.value.version == 6:
            return cluster._replace(vip=Vip(address, old.address6))
        return cluster._replace(vip=Vip(old.address, address))
    # A second family that is known already stays known.
    second = old.address if old.address is not None and old.address.value.version == 6 else old.address6
    return cluster._replace(vip=Vip(address, second))


def _with_initial_master(cluster: Cluster, given: Setting[str]) -> Cluster:
    address = _address("--initial-master", given.value)
    nodes = list(cluster.control_plane)
    same = next((node for node in nodes if node.address is not None and node.address.value == address), None)
    if same is None:
        same = ControlPlaneNode(
            Setting("initial master", given.span), Setting(address, given.span), Setting(API_PORT, given.span)
        )
    others = [node for node in nodes if node is not same]
    return cluster._replace(control_plane=(same, *others))


def _address(option: str, text: str) -> IPAddress:
    try:
        return ip_address(text)
    except ValueError as error:
        raise ClusterError(f"{option} '{text}': not an IP address, as in 192.168.2.140") from error
