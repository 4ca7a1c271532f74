"""Which backend of each node is the Kubernetes API, and where clients reach it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from rules.support import API_PORT, ApiProxy, api_proxies
from wizard.importer import halb_lines

if TYPE_CHECKING:
    from parsers.facts.haproxy import BindAddress, HaproxyConfig, Proxy
    from rules.fleet import Fleet, Node
    from rules.plan import IPAddress


class NodeApi(NamedTuple):
    """The API's backend on one node, with the frontend that leads to it (a `listen` section is both)."""

    node: Node
    backend: Proxy
    frontend: Proxy | None

    @property
    def addresses(self) -> Iterator[BindAddress]:
        """What the frontend listens on."""
        if self.frontend is not None:
            yield from (address for bind in self.frontend.binds for address in bind.addresses)

    @property
    def sections(self) -> tuple[Proxy, ...]:
        """The one or two sections."""
        return (self.backend,) if self.frontend in (None, self.backend) else (self.frontend, self.backend)


def api_of(fleet: Fleet, wanted: Iterable[IPAddress], port: int | None, notes: list[str]) -> list[NodeApi]:
    """The API's proxies of the nodes that have one; where a node has several, the likeliest.

    Likelier is what listens on one of the `wanted` addresses, on the wanted `port` or 6443, or has a frontend at all.
    """
    addresses = set(wanted)
    result = []
    for node in fleet.nodes:
        found = _found(node.haproxy) if node.haproxy else []
        choices = [choice for proxy in found for choice in _choices(node, proxy)]
        if not choices:
            continue
        best = max(choices, key=lambda choice: _likelihood(choice, addresses, port))  # the first of equals
        if len(found) > 1:
            labels = ", ".join(proxy.backend.label for proxy in found)
            notes.append(f"{node.name}: several backends serve port {API_PORT} ({labels}); took {best.backend.label}")
        result.append(best)
    return result


def _found(config: HaproxyConfig) -> list[ApiProxy]:
    """What serves the API by ports and names, and halb's own backend whatever its ports."""
    found = api_proxies(config)
    own = config.backend(halb_lines.BACKEND)
    if own is None or any(proxy.backend is own for proxy in found):
        return found
    return [ApiProxy(own, tuple(config.feeders(own))), *found]


def _choices(node: Node, proxy: ApiProxy) -> Iterator[NodeApi]:
    for frontend in proxy.frontends or (None,):
        yield NodeApi(node, proxy.backend, frontend)


def _likelihood(api: NodeApi, wanted: set[IPAddress], port: int | None) -> tuple[bool, ...]:
    addresses = list(api.addresses)
    return (
        port is not None and any(a.covers_port(port) for a in addresses),
        any(a.address in wanted for a in addresses if a.address is not None),
        any(a.covers_port(API_PORT) for a in addresses),
        api.backend.section.name is not None and api.backend.section.name.value == halb_lines.BACKEND,
        api.frontend is not None,
    )
