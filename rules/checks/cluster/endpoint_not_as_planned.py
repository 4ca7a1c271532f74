"""K8016: another endpoint in the installer's file than in halb.toml."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER, PLAN
from rules.plan.ports import known_port

if TYPE_CHECKING:
    from parsers.facts.kubernetes import ControlPlaneConfig, HostPort
    from rules.fleet.cluster import ClusterFiles


@rule("K8016", "endpoint-not-as-planned", Severity.WARNING, Scope.CLUSTER, needs=(INSTALLER, PLAN))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The installer's file has another endpoint, or another port of it, than halb.toml.

    Why it hurts: halb.toml is what the load balancers' files, the certificates to check and the record in DNS are made
    from. The nodes of the cluster use the other name or port, which nobody moves to the VIP, or nobody serves.

    How to fix: correct the one that is wrong. kubeadm's can't be changed after `kubeadm init`, so then it is halb.toml.

    Silent when: halb.toml has no endpoint, or neither a port nor load balancers from which it follows; the installer's
    endpoint is an address or one machine's name (K8002 looks at these), or a template; for `server` of RKE2 and K3s,
    which may be one of the servers.
    """
    plan = files.plan
    for config in files.control_planes if plan is not None else ():
        endpoint = config.endpoint
        if plan is None or endpoint is None or config.used_once or endpoint.address is not None:
            continue
        key = config.endpoint_key.rpartition(".")[2]
        if plan.endpoint is not None and endpoint.host != plan.endpoint.value:
            yield Hit(
                endpoint.span,
                f"the {key} is '{endpoint.host}', but the endpoint in halb.toml is '{plan.endpoint.value}'",
                help=f"write '{_written(config, plan.endpoint.value, endpoint)}' here, or change halb.toml",
                fix=partial(Fix.quoted, endpoint.span, _written(config, plan.endpoint.value, endpoint)),
                related=[Related(plan.endpoint.span, "the endpoint of halb.toml")],
                unless=("K8002",),
            )
        elif (planned := known_port(plan)) is not None:
            for port in config.ports:
                if port.is_api and port.number != planned:
                    yield Hit(
                        port.span,
                        f"the {key} has port {port.number}, but the endpoint in halb.toml has {planned}",
                        help=f"write port {planned} here, or change halb.toml",
                        related=[Related(plan.port.span, "the port of halb.toml")] if plan.port else [],
                    )


def _written(config: ControlPlaneConfig, host: str, endpoint: HostPort) -> str:
    scheme = "https://" if config.endpoint_is_url else ""
    return f"{scheme}{host}{f':{endpoint.port}' if endpoint.port is not None else ''}"
