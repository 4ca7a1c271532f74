"""K8004: an endpoint that the installer refuses, or reads as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER
from rules.plan.model import API_PORT

if TYPE_CHECKING:
    from parsers.facts.kubernetes import ControlPlaneConfig
    from rules.fleet.cluster import ClusterFiles

_URL = r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)"
_LAST_PORT = 65535


@rule("K8004", "endpoint-syntax", Severity.ERROR, Scope.CLUSTER, needs=(INSTALLER,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The endpoint is not written in the installer's form.

    Why it hurts: the installer refuses it. kubeadm wants a host with at most a port: an address, or a name in lower
    case of letters, digits, dashes and dots (RFC 1123, `ParseHostPort` in kubeadm's sources), without `https://`,
    underscores, or a dot at the end. k0s wants a host alone. Talos, and `server` of RKE2 and K3s, want a URL with
    `https://`. A port is 1 to 65535. A name without a dot is an info: kubeadm takes it, but each machine finds it only
    through its hosts file or the search list of its resolver.

    How to fix: write it in that form.

    Silent when: a placeholder of a template is in the endpoint. Names that are not as RFC 1123 wants them are reported
    for kubeadm only.
    """
    for config in files.control_planes:
        written = config.endpoint_value
        if written is None or not written.text or written.dynamic:
            continue
        text = re.sub(r"[^/@]*@", "", written.text.strip())  # a password is not quoted
        found = _as_url(text) if config.endpoint_is_url else _as_host(config, text)
        if found is not None:
            wrong, right = found
            key = config.endpoint_key.rpartition(".")[2]
            yield Hit(
                written.span,
                f"the {key} '{text}' {wrong}: {config.tool} refuses it",
                help=f"write '{right}'" if right else f"write it as {_form(config)}",
                fix=partial(Fix.quoted, written.span, right) if right and "@" not in written.text else None,
            )
        elif config.endpoint_stays and config.endpoint is not None and _is_bare(config.endpoint.host):
            host, port = config.endpoint.host, config.endpoint.port
            yield Hit(
                written.span,
                f"the controlPlaneEndpoint '{host}' is a name without a dot: every machine needs it in its hosts file, "
                "or a search list in resolv.conf",
                help=f"write a name with a domain, such as '{host}.example.com:{port or API_PORT}'",
                severity=Severity.INFO,
            )


def _is_bare(host: str) -> bool:
    return "." not in host and ":" not in host


def _form(config: ControlPlaneConfig) -> str:
    if config.endpoint_is_url:
        return "https://HOST:PORT"
    return "HOST" if config.tool == "k0s" else "HOST:PORT, with an address or a name in lower case"


def _as_url(text: str) -> tuple[str, str] | None:
    """What is wrong with a URL, and what to write ("": not known)."""
    match = re.fullmatch(_URL, text)
    if match is None:
        return "has no 'https://'", f"https://{text}" if _host_fault(text.partition(":")[0]) is None else ""
    if match[1] != "https":
        return f"begins with '{match[1]}://'", f"https://{match[2]}"
    return _port_fault(match[2].rstrip("/"))


def _as_host(config: ControlPlaneConfig, text: str) -> tuple[str, str] | None:
    """What is wrong with a host with at most a port, and what to write."""
    match = re.fullmatch(_URL, text)
    if match is not None:
        return f"begins with '{match[1]}://'", _corrected(match[2].partition("/")[0], config)
    if read_ip(text.strip("[]")) is not None:
        return None
    if (port := _port_fault(text)) is not None:
        return port
    host, colon, _ = text.rpartition(":") if ":" in text else (text, "", "")
    if config.tool == "k0s":
        return ("has a port", host) if colon else None
    if read_ip(host.strip("[]")) is not None:
        return None
    fault = _host_fault(host)
    return None if fault is None else (fault, _corrected(text, config))


def _port_fault(text: str) -> tuple[str, str] | None:
    _, colon, port = text.rpartition(":")
    if not colon or "]" in port or read_ip(text.strip("[]")) is not None or not re.fullmatch(r"-?[0-9]+", port):
        return None
    return None if 0 < int(port[:9]) <= _LAST_PORT else (f"has the port {port[:9]}, which is not 1 to {_LAST_PORT}", "")


def _host_fault(host: str) -> str | None:
    """Why a name is none that RFC 1123 allows, None if it is one."""
    for pattern, fault in (
        (r"[A-Z]", "has capital letters"),
        (r"_", "has an underscore"),
        (r"\.$", "ends in a dot"),
        (r"[^a-z0-9.-]", "has a character that no host name has"),
        (r"^$|^[.-]|-$|\.\.|-\.|\.-", "is no host name"),
    ):
        if re.search(pattern, host):
            return fault
    return "is longer than 253 characters" if len(host) > 253 else None


def _corrected(text: str, config: ControlPlaneConfig) -> str:
    """The host, with its port, as it should be, or "" if that takes more than lower case and a dot less."""
    host, colon, port = text.partition(":")
    host = host.lower().rstrip(".")
    if config.tool == "k0s":
        colon = port = ""
    return f"{host}{colon}{port}" if _host_fault(host) is None and (not colon or port.isdecimal()) else ""
