"""XN208: haproxy does not listen on the endpoint's port."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.fleet.node import Node


@rule("XN208", "endpoint-port-not-bound", Severity.WARNING, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """No frontend listens on the port of the endpoint that halb.toml or `--endpoint` names.

    Why it hurts: the endpoint is in every kubeconfig and in the kubelets' files, and with this port: clients reach
    the VIP and are refused. `kubeadm init` with it waits for the API server until it gives up.

    How to fix: bind the endpoint's port, or use the port that haproxy binds as `controlPlaneEndpoint`.

    Silent when: no port was given with the endpoint, haproxy serves no API, or an address depends on a variable, a
    name or a condition. A device that translates ports between clients and VIP is not seen: ignore the rule there.
    """
    haproxy, port = node.haproxy, node.endpoint_port
    if haproxy is None or port is None or not haproxy.complete:
        return
    bound = [address for proxy in haproxy.frontends for bind in proxy.binds for address in bind.addresses]
    if any(address.kind == "ip" and (not address.certain or address.port_start is None) for address in bound):
        return
    api = [a for proxy in api_proxies(haproxy) for f in proxy.frontends for bind in f.binds for a in bind.addresses]
    first = next((address for address in api if address.kind == "ip"), None)
    if first is None or any(address.covers_port(port) for address in bound):
        return
    ports = dict.fromkeys(address.port_start for address in api if address.kind == "ip")
    host = first.raw.rpartition(":")[0]
    yield Hit(
        first.span,
        f"the endpoint's port is {port}, but haproxy listens for the Kubernetes API on {listed(ports)} only: clients "
        "of the endpoint are refused",
        help=f"write 'bind {host}:{port}', or give the endpoint port {first.port_start}",
        note=f"not {port}",
        fix=partial(Fix.write, first.span, f"{host}:{port}", safe=False)
        if first.port_start == first.port_end
        else None,
        node=node.name,
    )
