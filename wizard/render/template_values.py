"""What the templates of `wizard.render.files` print: plain values, so that a template decides nothing."""

from __future__ import annotations

import re
from typing import Any

from rules.text.wording import socket_name
from wizard.plan.plan import Balancer, IPAddress, IPInterface, Machine, Plan
from wizard.plan.weights import script_weight
from wizard.render.quoting import Keyed, RenderError

# Tags of releases that halb knows to read what it writes; a site has its own registry and its own pace.
HAPROXY_IMAGE = "docker.io/library/haproxy:2.8.10"
KEEPALIVED_IMAGE = "docker.io/osixia/keepalived:2.0.20"

SYSCTL_FILE = "etc/sysctl.d/90-halb.conf"
TTL = 60  # seconds, of the records that are going to change

_HEALTH_HEADROOM = 1000  # connections; what haproxy takes beyond those of the API's clients
_LONGEST_V3_ADVERT = 40.95  # seconds; VRRPv3 has 12 bits for hundredths (RFC 9568 section 5.2.7)
_MICROSECONDS = {"us": 1, "ms": 1000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_MULTICAST = {4: "224.0.0.18", 6: "ff02::12"}  # RFC 9568 sections 5.1.1.2 and 5.1.2.2


def shared_values(plan: Plan) -> dict[str, Any]:
    """The values that are the same for all load balancers."""
    initial, nonlocal_bind = plan.control_plane[0], plan.haproxy.bind == "vip"
    vips = _vips(plan)
    return {
        "cluster": Keyed(plan.name, "cluster.name"),
        "endpoint_port": f"{plan.endpoint}:{plan.port}",
        "endpoint_url": f"https://{plan.endpoint}:{plan.port}",
        "endpoint_readyz": f"https://{plan.endpoint}:{plan.port}/readyz",
        "port": plan.port,
        "low_port": plan.port < 1024,
        "haproxy": plan.haproxy._asdict(),
        "global_maxconn": plan.haproxy.maxconn + _HEALTH_HEADROOM,
        "fastinter": half(plan.haproxy.inter),
        "binds": [_bind(plan, vip) for vip in vips],
        "nonlocal": [vip.version for vip in vips] if nonlocal_bind else [],
        "servers": [{"name": node.name, "place": socket_name(node.address, node.port)} for node in plan.control_plane],
        "stacked": plan.layout == "stacked",
        "shared_port": plan.layout == "stacked" and plan.port in {node.port for node in plan.control_plane},
        "in_container": plan.haproxy.run == "static-pod",
        "images": {"haproxy": HAPROXY_IMAGE, "keepalived": KEEPALIVED_IMAGE},
        "initial": {"name": initial.name, "address": initial.address, "port": initial.port},
        "sans": [plan.endpoint, *(vip.ip for vip in vips)],
    }


def balancer_values(plan: Plan, lb: Balancer, files: list[str]) -> dict[str, Any]:
    """The values of one load balancer; `files` are the paths that it gets, from its root."""
    packages = plan.haproxy.run == "package"
    return {
        "lb": _balancer(lb),
        "vrrp": vrrp_values(plan, lb),
        "instances": [_instance(plan, lb, vip) for vip in _vips(plan)],
        "install": {
            "files": " ".join(files),
            "sysctl": SYSCTL_FILE if SYSCTL_FILE in files else "",
            "unicast": plan.vrrp.mode == "unicast",
            "services": packages,
        },
    }


def vrrp_values(plan: Plan, lb: Balancer | None = None) -> dict[str, Any]:
    """The election. VRRPv2 where it can say it all: one IPv4 VIP, and adverts at whole seconds."""
    choice = plan.vrrp
    ipv4 = plan.vip.version == 4 and plan.vip6 is None
    version = 2 if ipv4 and float(choice.advert_int).is_integer() else 3
    if version == 3:
        _require_v3(plan)
    preferred = choice.preempt and lb is plan.load_balancers[0]
    return {
        "version": version,
        "mode": choice.mode,
        "virtual_router_id": choice.virtual_router_id,
        "advert_int": f"{choice.advert_int:g}",
        "auth_pass": None if choice.auth_pass is None else Keyed(choice.auth_pass, "vrrp.auth_pass"),
        "state": "MASTER" if preferred else "BACKUP",
        "nopreempt": not choice.preempt,
        "weight": script_weight((other.priority for other in plan.load_balancers), preempt=choice.preempt),
        "track_process": choice.track == "process",
        "group": plan.vip6 is not None,
    }


def _require_v3(plan: Plan) -> None:
    """Raise RenderError for what VRRPv3 can't say."""
    why = "an IPv6 VIP needs VRRPv3" if plan.vip.version == 6 or plan.vip6 else "a fraction of a second needs VRRPv3"
    seconds = plan.vrrp.advert_int
    if plan.vrrp.auth_pass is not None:
        raise RenderError("vrrp.auth_pass", f"{why}, which has no password; leave auth_pass out")
    if seconds > _LONGEST_V3_ADVERT or round(seconds * 100) / 100 != seconds:
        text = f"{why}, whose adverts come at hundredths of a second up to {_LONGEST_V3_ADVERT}, not {seconds:g}"
        raise RenderError("vrrp.advert_int", text)


def runbook_values(plan: Plan) -> dict[str, Any]:
    """The values of RUNBOOK.md, beside the shared ones. None of them is secret."""
    initial, vips = plan.control_plane[0], _vips(plan)
    direct = plan.port == initial.port
    through = None if direct else _haproxy_at(plan, initial)
    at_vip = not direct and through is None
    first = [vip.ip for vip in vips] if at_vip else [initial.address]
    service = plan.haproxy.run == "package"
    # The kubelet runs what is in the folder of manifests, and nothing of the folder above it.
    manifest, parked = "/etc/kubernetes/manifests/haproxy.yaml", "/etc/kubernetes/haproxy.yaml"
    return {
        "vips": ", ".join(str(vip.ip) for vip in vips),
        "vip_urls": [f"https://{socket_name(vip.ip, plan.port)}/readyz" for vip in vips],
        "vrrp": vrrp_values(plan),
        "groups": ", ".join(_MULTICAST[vip.version] for vip in vips),
        "machines": [_machine(node) for node in plan.control_plane],
        "joining": [_machine(node) for node in plan.control_plane[1:]],
        "balancers": [_balancer(lb) for lb in plan.load_balancers],
        "api_ports": ", ".join(str(port) for port in sorted({node.port for node in plan.control_plane})),
        "direct": direct,
        "at_vip": at_vip,
        "through_haproxy": through is not None,
        "bootstrap_records": [_record(plan, address) for address in first],
        "cutover_records": [_record(plan, vip.ip) for vip in vips],
        "stop_haproxy": "systemctl stop haproxy" if service else f"mv {manifest} {parked}",
        "start_haproxy": "systemctl start haproxy" if service else f"mv {parked} {manifest}",
    }


def half(time: str) -> str:
    """Half of one of haproxy's times, in the largest unit that has it whole: "2s" is "1s", "5s" is "2500ms"."""
    match = re.fullmatch(r"([0-9]+)([a-z]+)", time)
    assert match is not None, time
    # haproxy counts in milliseconds, and takes an interval of 0 for one that is not given.
    length = max(int(match[1]) * _MICROSECONDS[match[2]] // 2 // 1000, 1) * 1000
    unit = next(unit for unit in ("d", "h", "m", "s", "ms") if length % _MICROSECONDS[unit] == 0)
    return f"{length // _MICROSECONDS[unit]}{unit}"


def _vips(plan: Plan) -> list[IPInterface]:
    return [plan.vip, *([plan.vip6] if plan.vip6 is not None else [])]


def _bind(plan: Plan, vip: IPInterface) -> dict[str, Any]:
    if plan.haproxy.bind == "vip":
        return {"address": socket_name(vip.ip, plan.port), "v6only": False, "nonlocal": True}
    # The first line has IPv4 already where there are two.
    address = f"[::]:{plan.port}" if vip.version == 6 else f"*:{plan.port}"
    return {"address": address, "v6only": vip.version == 6, "nonlocal": False}


def _instance(plan: Plan, lb: Balancer, vip: IPInterface) -> dict[str, Any]:
    second = vip is plan.vip6
    others = [other for other in plan.load_balancers if other is not lb]
    return {
        "name": "kube_apiserver6" if second else "kube_apiserver",
        "vip": vip,
        "source": _own_address(lb, second=second),
        "peers": [_own_address(o, second=second) for o in others] if plan.vrrp.mode == "unicast" else [],
    }


def _own_address(lb: Balancer, *, second: bool) -> IPAddress:
    address = lb.address6 if second else lb.address
    assert address is not None  # wizard.render has refused it
    return address


def _balancer(lb: Balancer) -> dict[str, Any]:
    addresses = [lb.address, *([lb.address6] if lb.address6 is not None else [])]
    host = f"[{lb.address}]" if lb.address.version == 6 else str(lb.address)
    return {
        "name": lb.name,
        "interface": Keyed(lb.interface, "lb.interface"),
        "priority": lb.priority,
        "addresses": " ".join(str(address) for address in addresses),
        "copy_to": f"{host}:",
        "login": lb.address,
        "script": f"{lb.name}/install.sh",
    }


def _machine(node: Machine) -> dict[str, Any]:
    return {
        "name": node.name,
        "address": node.address,
        "port": node.port,
        "place": socket_name(node.address, node.port),
        "bind_address": f"--bind-address={node.address}",
    }


def _haproxy_at(plan: Plan, node: Machine) -> Balancer | None:
    """The load balancer that serves the endpoint at the node's own address, if one does."""
    if plan.haproxy.bind != "any":
        return None
    return next((lb for lb in plan.load_balancers if node.address in (lb.address, lb.address6)), None)


def _record(plan: Plan, address: IPAddress) -> str:
    return f"{plan.endpoint}. {TTL} IN {'A' if address.version == 4 else 'AAAA'} {address}"
