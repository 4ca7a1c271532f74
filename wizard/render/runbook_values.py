"""What RUNBOOK.md prints: the texts for the plan's phase, layout and systems. None of the values is secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.plan import Balancer, IPAddress, Phase, Plan
from rules.text import socket_name
from wizard.render.distributions import DISTRIBUTIONS, Distribution, needed_releases
from wizard.render.template_values import balancer, check_script, machines, vips, vrrp_values

TTL = 60  # seconds, of the records that are going to change

_MULTICAST = {4: "224.0.0.18", 6: "ff02::12"}  # RFC 9568 sections 5.1.1.2 and 5.1.2.2


def runbook_values(plan: Plan, unheard: Sequence[str] = ()) -> dict[str, Any]:
    """The values of RUNBOOK.md, beside the shared ones.

    `running`: the pair serves already, and the name leads to its VIP. `steps` are the load balancers in the order in
    which install.sh runs: the one that has the VIP last, unless those with old files and with new ones don't hear each
    other, for the reasons `unheard`: then it is the first, and the `standbys` run no keepalived meanwhile.
    """
    initial, all_vips = plan.control_plane[0], vips(plan)
    direct = plan.port == initial.port
    through = None if direct else _haproxy_at(plan, initial.address)
    at_vip = _starts_at_vip(plan)
    first = [vip.ip for vip, _ in all_vips] if at_vip else [initial.address]
    service = plan.haproxy.run == "package"
    haproxy, keepalived = needed_releases(plan.haproxy.version, plan.vrrp.version)
    # The kubelet runs what is in the folder of manifests, and nothing of the folder above it.
    manifest, parked = "/etc/kubernetes/manifests/haproxy.yaml", "/etc/kubernetes/haproxy.yaml"
    pod = "/etc/kubernetes/manifests/keepalived.yaml"
    return {
        "vips": ", ".join(str(vip.ip) for vip, _ in all_vips),
        "vip_urls": [f"https://{socket_name(vip.ip, plan.port)}/readyz" for vip, _ in all_vips],
        "vrrp": vrrp_values(plan),
        "groups": ", ".join(_MULTICAST[vip.version] for vip, _ in all_vips),
        "machines": machines(plan),
        "joining": machines(plan)[1:],
        "running": serves(plan),
        "systems": [_system(plan, system) for system in _systems(plan)],
        "releases": {"haproxy": haproxy, "keepalived": keepalived},
        "steps": [balancer(plan, number) for number in _order(plan, owner_first=bool(unheard))],
        "unheard": "; ".join(unheard),
        "standbys": [balancer(plan, number) for number in range(1, len(plan.load_balancers))],
        "probes": [{"address": vip.ip, "version": vip.version} for vip, _ in all_vips],
        "check_scripts": sorted({f"/{check_script(plan, number)}" for number in range(len(plan.load_balancers))}),
        "kubelet_options": sorted({system.kubelet_options for system in _systems(plan)}),
        "balancers": [balancer(plan, number) for number in range(len(plan.load_balancers))],
        "api_ports": ", ".join(str(port) for port in sorted({node.port for node in plan.control_plane})),
        "direct": direct,
        "at_vip": at_vip,
        "through_haproxy": through is not None,
        "bootstrap_records": [_record(plan, address) for address in first],
        "cutover_records": [_record(plan, vip.ip) for vip, _ in all_vips],
        "stop_haproxy": _systems(plan)[0].service("stop", "haproxy") if service else f"mv {manifest} {parked}",
        "stop_keepalived": _systems(plan)[0].service("stop", "keepalived") if service else f"mv {pod} /root/",
        "start_haproxy": _systems(plan)[0].service("start", "haproxy") if service else f"mv {parked} {manifest}",
    }


def serves(plan: Plan) -> bool:
    """Whether the pair serves already, and the name leads to its VIP: RUNBOOK.md has no record and no cutover then."""
    return plan.phase is Phase.CUTOVER and not _starts_at_vip(plan)


def _starts_at_vip(plan: Plan) -> bool:
    """Whether the name leads to the VIP from the start, as nothing listens on its port at the initial master."""
    initial = plan.control_plane[0]
    return plan.port != initial.port and _haproxy_at(plan, initial.address) is None


def _order(plan: Plan, *, owner_first: bool) -> list[int]:
    """The numbers of the load balancers in the order of installation."""
    last_first = list(reversed(range(len(plan.load_balancers))))
    return [0, *last_first[:-1]] if owner_first else last_first


def _systems(plan: Plan) -> list[Distribution]:
    """The distributions of the load balancers, each once, that of the first one first."""
    return list(dict.fromkeys(DISTRIBUTIONS[lb.os] for lb in plan.load_balancers))


def _system(plan: Plan, system: Distribution) -> dict[str, Any]:
    services = plan.haproxy.run == "package"
    packages = [*(system.packages if services else ()), *system.tools]
    names = [lb.name for lb in plan.load_balancers if DISTRIBUTIONS[lb.os] == system]
    log = system.read_log if services else ""
    return {
        "names": ", ".join(names),
        "install": f"{system.install} {' '.join(packages)}",
        "releases": system.releases if services else "",
        "read_log": log,
    }


def _haproxy_at(plan: Plan, address: IPAddress) -> Balancer | None:
    """The load balancer that serves the endpoint at a node's own address, if one does."""
    if plan.haproxy.bind != "any":
        return None
    return next((lb for lb in plan.load_balancers if address in (lb.address, lb.address6)), None)


def _record(plan: Plan, address: IPAddress) -> str:
    return f"{plan.endpoint}. {TTL} IN {'A' if address.version == 4 else 'AAAA'} {address}"
