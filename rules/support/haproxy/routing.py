"""Which haproxy frontends send to which backends, and which of them serve the Kubernetes API."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server

API_PORT = 6443
# Ports that guides use for the API when 6443 is taken: kubeadm, kubekey and k3s.
_API_LIKE_PORTS = frozenset((API_PORT, 5443, 7443, 8443, 9443, 16443, 26443, 36443))
_API_NAME = r"api-?_?\.?server|(?:kube\w*|k8s)[-_.]?api|control-?_?plane"
_CLUSTER_NAME = r"kube|k8s|k3s|rke|master|controller"
_OTHER_NAME = r"ingress|dashboard|etcd|registry|harbor|webhook|metrics|stat|worker|rancher|web|http|machine-?config"
_ENOUGH = 64  # servers examined: an API backend has a handful


class ApiProxy(NamedTuple):
    """A backend that serves the Kubernetes API, and the frontends that send to it (a `listen` is its own)."""

    backend: Proxy
    frontends: tuple[Proxy, ...]


@lru_cache(maxsize=8)  # a dozen rules ask, and the answer takes a walk through all proxies
def api_proxies(config: HaproxyConfig) -> list[ApiProxy]:
    """The backends that serve the Kubernetes API, judging by ports and names.

    Port 6443, on a server or on the `bind` of a frontend in tcp mode, is enough; another usual port also needs a name
    that fits. Web backends and other parts of a cluster (ingress, etcd, ...) are left out.
    """
    result = []
    for backend in config.backends:
        frontends = config.feeders(backend)
        if _serves_api(backend, frontends):
            result.append(ApiProxy(backend, tuple(frontends)))
    return result


def port_of(server: Server) -> int | None:
    """The server's port; also behind a host that is a variable or a placeholder (`__MASTER1__:6443`)."""
    if server.certain or server.directive.condition is not None or server.address_word is None:
        return server.port
    port = server.address_word.value.rpartition(":")[2]
    return int(port) if port.isascii() and port.isdecimal() and len(port) <= 5 else None


def _serves_api(backend: Proxy, frontends: list[Proxy]) -> bool:
    servers = list(islice(backend.servers, _ENOUGH))
    if not servers:
        return False
    ports = {port_of(server) for server in servers}
    if API_PORT in ports:
        return True
    if backend.effective_mode != "tcp":
        return False
    names = " ".join(name.raw for name in (backend.name, *(f.name for f in frontends)) if name is not None).lower()
    if re.search(_OTHER_NAME, names):
        return False
    bound = any(a.covers_port(API_PORT) for f in frontends for b in f.binds for a in b.addresses)
    # A server without a port is contacted on the port that the client used.
    if bound and not ports <= {80, 443}:
        return True
    usual = not ports.isdisjoint(_API_LIKE_PORTS)
    if re.search(_API_NAME, names):
        return usual or 443 in ports
    return usual and re.search(_CLUSTER_NAME, names) is not None
