"""Which haproxy backends and frontends of different nodes correspond to each other.

Two nodes belong together when they share a virtual router, or when proxies that correspond have a server in
common; load balancers of other clusters are never compared. Proxies correspond when they have the same name, or
when each is the only one of its node that serves the Kubernetes API.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from parsers.records import NamedTuple
from rules.fleet.joined import Joined
from rules.support.haproxy.routing import API_PORT, ApiProxy, api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node

T = TypeVar("T")

# Host (an IP address in its short form, or a lower-case name) and port ("" without one).
Endpoint = tuple[str, str]


class ProxyMember(NamedTuple):
    """One node's backend, the endpoints of its servers (None: not all are known), and the frontends before it."""

    node: Node
    proxy: Proxy
    servers: dict[Endpoint, Server] | None
    frontends: tuple[Proxy, ...]


class BackendGroup(NamedTuple):
    """Backends of at least two nodes that belong together. `api`: they serve the Kubernetes API."""

    members: tuple[ProxyMember, ...]
    api: bool

    @property
    def label(self) -> str:
        """The name of the group in messages."""
        names = {member.proxy.label for member in self.members}
        return next(iter(names)) if len(names) == 1 else "the backend of the Kubernetes API"


def backend_groups(fleet: Fleet) -> list[BackendGroup]:
    """The groups of corresponding backends, those of the Kubernetes API first."""
    nodes = [(node, node.haproxy) for node in fleet.nodes if node.haproxy is not None]
    if len(nodes) < 2:
        return []
    api = _api_members(nodes)
    taken = {id(member.proxy) for member in api}
    candidates = [BackendGroup(tuple(api), api=True), *_by_name(nodes, taken)]
    joined = _together(fleet, candidates)
    groups = []
    for group in candidates:
        for members in _split(group.members, joined):
            if len(members) > 1:
                groups.append(BackendGroup(members, group.api))
    return groups


def _api_members(nodes: Sequence[tuple[Node, HaproxyConfig]]) -> list[ProxyMember]:
    """The only API backend of each node that has exactly one (on port 6443, when there are several)."""
    members = []
    for node, config in nodes:
        proxies = api_proxies(config)
        if len(proxies) > 1:
            proxies = [proxy for proxy in proxies if any(s.port == API_PORT for s in proxy.backend.servers[:64])]
        if len(proxies) == 1:
            members.append(_member(node, proxies[0]))
    return members if len(members) > 1 else []


def _by_name(nodes: Sequence[tuple[Node, HaproxyConfig]], taken: set[int]) -> list[BackendGroup]:
    by_name: dict[str, list[ProxyMember]] = {}
    for node, config in nodes:
        for backend in config.backends:
            name = backend.name
            if name is None or not name.value or id(backend) in taken or not backend.servers or not backend.certain:
                continue
            members = by_name.setdefault(name.value, [])
            if not any(member.node is node for member in members):
                members.append(_member(node, ApiProxy(backend, ())))
    return [BackendGroup(tuple(members), api=False) for members in by_name.values() if len(members) > 1]


def _member(node: Node, api: ApiProxy) -> ProxyMember:
    return ProxyMember(node, api.backend, endpoints(api.backend), api.frontends)


def endpoints(backend: Proxy) -> dict[Endpoint, Server] | None:
    """The addresses of the backend's servers, or None if one of them is not known."""
    found: dict[Endpoint, Server] = {}
    for server in backend.servers:
        word = server.address_word
        if word is None or word.dynamic or server.template or not server.certain or "$" in word.value:
            return None
        parsed = server.parsed
        host = parsed.name if parsed.host is None else str(parsed.ip) if parsed.ip else parsed.host.lower()
        found.setdefault((host, parsed.port_text), server)
    return found


def _together(fleet: Fleet, groups: Iterable[BackendGroup]) -> list[set[int]]:
    """The sets of nodes that belong together, as ids."""
    joined = Joined(id(node) for node in fleet.nodes)
    touched: set[int] = set()

    def join(a: Node, b: Node) -> None:
        touched.update((id(a), id(b)))
        joined.join(id(a), id(b))

    for vrrp in fleet.vrrp_groups:
        for member in vrrp:
            join(vrrp.members[0].node, member.node)
    for group in groups:
        holders: dict[Endpoint, Node] = {}
        for backend in group.members:
            for endpoint in backend.servers or ():
                if not _is_local(endpoint):
                    join(holders.setdefault(endpoint, backend.node), backend.node)
    return [set(whole) for whole in joined.sets() if whole[0] in touched]


def _is_local(endpoint: Endpoint) -> bool:
    """Whether the endpoint differs from machine to machine."""
    return endpoint[0].startswith(("127.", "/")) or endpoint[0] in ("::1", "localhost", "")


def _split(members: Sequence[ProxyMember], joined: Sequence[set[int]]) -> list[tuple[ProxyMember, ...]]:
    return [tuple(part) for part in _parts([(id(member.node), member) for member in members], joined)]


def _parts(items: Iterable[tuple[int, T]], joined: Sequence[set[int]]) -> list[list[T]]:
    """The items by the set that has their node's id."""
    number = {key: index for index, known in enumerate(joined) for key in known}
    parts: list[list[T]] = [[] for _ in joined]
    for key, item in items:
        if key in number:
            parts[number[key]].append(item)
    return parts


def same_cluster(fleet: Fleet) -> list[list[Node]]:
    """The nodes with a haproxy that belong together, in the order of the fleet."""
    nodes = [node for node in fleet.nodes if node.haproxy is not None]
    pairs = [(node, node.haproxy) for node in nodes if node.haproxy is not None]
    api = _api_members(pairs)
    groups = [BackendGroup(tuple(api), api=True), *_by_name(pairs, {id(member.proxy) for member in api})]
    return _parts([(id(node), node) for node in nodes], _together(fleet, groups))
