"""What the templates of `wizard.render.files` print: plain values, so that a template decides nothing.

Each value knows the keys of halb.toml that it comes from (`keyed`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from rules.plan import MICROSECONDS, Balancer, IPAddress, IPInterface, KeyPath, Plan, Record
from rules.text import socket_name
from wizard.plan.clashes import vrrp_version
from wizard.plan.priorities import script_weight
from wizard.render.quoting import keyed

# Tags of releases that halb knows to read what it writes; a site has its own registry and its own pace.
HAPROXY_IMAGE = "docker.io/library/haproxy:2.8.10"
KEEPALIVED_IMAGE = "docker.io/osixia/keepalived:2.0.20"

SYSCTL_FILE = "etc/sysctl.d/90-halb.conf"
RESTART_FILE = "etc/systemd/system/keepalived.service.d/halb.conf"
TTL = 60  # seconds, of the records that are going to change

HEALTH_HEADROOM = 1000
"""Connections that the whole process may have beyond those of the API's clients."""

_MULTICAST = {4: "224.0.0.18", 6: "ff02::12"}  # RFC 9568 sections 5.1.1.2 and 5.1.2.2


def of_record(plan: Plan, record: Record, number: int = 0) -> dict[str, Any]:
    """All values of a table by their fields: what a key of it is called in a template."""
    return {
        name: keyed(getattr(record, name), plan.at(f"{key.table}.{key.name}", number))
        for name, key in record.keys.items()
    }


def shared_values(plan: Plan) -> dict[str, Any]:
    """The values that are the same for all load balancers."""
    nonlocal_bind = plan.haproxy.bind == "vip"
    vips = _vips(plan)
    haproxy = of_record(plan, plan.haproxy)
    name, port = plan.at("cluster.endpoint"), plan.at("cluster.port")
    endpoint_port = f"{plan.endpoint}:{plan.port}"
    return {
        "cluster": keyed(plan.name, plan.at("cluster.name")),
        "endpoint_port": keyed(endpoint_port, name, port),
        "endpoint_url": keyed(f"https://{endpoint_port}", name, port),
        "endpoint_readyz": keyed(f"https://{endpoint_port}/readyz", name, port),
        "port": keyed(plan.port, port),
        "low_port": plan.port < 1024,
        "haproxy": haproxy,
        "global_maxconn": keyed(plan.haproxy.maxconn + HEALTH_HEADROOM, plan.at("haproxy.maxconn")),
        "fastinter": keyed(half(plan.haproxy.inter), plan.at("haproxy.inter")),
        "binds": [_bind(plan, vip, at) for vip, at in vips],
        "nonlocal": [vip.version for vip, _ in vips] if nonlocal_bind else [],
        "servers": _machines(plan),
        "stacked": plan.layout == "stacked",
        "shared_port": plan.layout == "stacked" and plan.port in {node.port for node in plan.control_plane},
        "in_container": plan.haproxy.run == "static-pod",
        "images": {"haproxy": HAPROXY_IMAGE, "keepalived": KEEPALIVED_IMAGE},
        "initial": _machines(plan)[0],
        "sans": [keyed(plan.endpoint, name), *(keyed(vip.ip, at) for vip, at in vips)],
    }


def balancer_values(plan: Plan, number: int, files: list[str]) -> dict[str, Any]:
    """The values of one load balancer, by its number; `files` are the paths that it gets, from its root."""
    return {
        "lb": _balancer(plan, number),
        "vrrp": vrrp_values(plan, number),
        "instances": [_instance(plan, number, vip, at) for vip, at in _vips(plan)],
        "install": _install(plan, number, files),
    }


def _install(plan: Plan, number: int, files: list[str]) -> dict[str, Any]:
    """What install.sh of a load balancer does and asks; lists as words of a shell."""
    vips = [str(vip.ip) for vip, _ in _vips(plan)]
    others = [lb for other, lb in enumerate(plan.load_balancers) if other != number]
    listening = vips if plan.haproxy.bind == "vip" else ["any"]
    return {
        "files": " ".join(files),
        "sysctl": SYSCTL_FILE if SYSCTL_FILE in files else "",
        "unicast": plan.vrrp.mode == "unicast",
        "services": plan.haproxy.run == "package",
        "first": "yes" if number == 0 and plan.vrrp.preempt else "",
        "peers": " ".join(f"{lb.name}={address}" for lb in others for address in _addresses(lb)),
        "vips": " ".join(vips),
        "listens": " ".join([*(f"{host}:{plan.port}" for host in listening), f"127.0.0.1:{plan.haproxy.health_port}"]),
        "servers": " ".join(f"{node.address}:{node.port}" for node in plan.control_plane),
        "headroom": HEALTH_HEADROOM,
        # Seconds: three adverts that are missed and the skew, below one more; then the time of a start and a check.
        "settle": math.ceil(3 * plan.vrrp.advert_int) + 2,
        "patience": math.ceil(4 * plan.vrrp.advert_int) + 6,
    }


def _addresses(lb: Balancer) -> list[IPAddress]:
    """A load balancer's own addresses, of one family or two."""
    return [lb.address, *([lb.address6] if lb.address6 is not None else [])]


def vrrp_values(plan: Plan, number: int | None = None) -> dict[str, Any]:
    """The election, as it is for one load balancer or for all of them."""
    choice = plan.vrrp
    preempt = plan.at("vrrp.preempt")
    state = "MASTER" if choice.preempt and number == 0 else "BACKUP"
    priorities = [plan.at("lb.priority", row) for row in range(len(plan.load_balancers))]
    weight = script_weight((lb.priority for lb in plan.load_balancers), preempt=choice.preempt)
    return of_record(plan, choice) | {
        "version": vrrp_version(plan),
        "advert_int": keyed(f"{choice.advert_int:g}", plan.at("vrrp.advert_int")),
        "state": keyed(state, preempt if number is None else plan.at("lb.priority", number)),
        "nopreempt": not choice.preempt,
        "weight": keyed(weight, *priorities),
        "track_process": choice.track == "process",
        "group": plan.vip6 is not None,
    }


def runbook_values(plan: Plan) -> dict[str, Any]:
    """The values of RUNBOOK.md, beside the shared ones. None of them is secret."""
    initial, vips = plan.control_plane[0], _vips(plan)
    direct = plan.port == initial.port
    through = None if direct else _haproxy_at(plan, initial.address)
    at_vip = not direct and through is None
    first = [vip.ip for vip, _ in vips] if at_vip else [initial.address]
    service = plan.haproxy.run == "package"
    # The kubelet runs what is in the folder of manifests, and nothing of the folder above it.
    manifest, parked = "/etc/kubernetes/manifests/haproxy.yaml", "/etc/kubernetes/haproxy.yaml"
    return {
        "vips": ", ".join(str(vip.ip) for vip, _ in vips),
        "vip_urls": [f"https://{socket_name(vip.ip, plan.port)}/readyz" for vip, _ in vips],
        "vrrp": vrrp_values(plan),
        "groups": ", ".join(_MULTICAST[vip.version] for vip, _ in vips),
        "machines": _machines(plan),
        "joining": _machines(plan)[1:],
        "balancers": [_balancer(plan, number) for number in range(len(plan.load_balancers))],
        "api_ports": ", ".join(str(port) for port in sorted({node.port for node in plan.control_plane})),
        "direct": direct,
        "at_vip": at_vip,
        "through_haproxy": through is not None,
        "bootstrap_records": [_record(plan, address) for address in first],
        "cutover_records": [_record(plan, vip.ip) for vip, _ in vips],
        "stop_haproxy": "systemctl stop haproxy" if service else f"mv {manifest} {parked}",
        "start_haproxy": "systemctl start haproxy" if service else f"mv {parked} {manifest}",
    }


def half(time: str) -> str:
    """Half of one of haproxy's times, in the largest unit that has it whole: "2s" is "1s", "5s" is "2500ms"."""
    match = re.fullmatch(r"([0-9]+)([a-z]+)", time)
    assert match is not None, time
    # haproxy counts in milliseconds, and takes an interval of 0 for one that is not given.
    length = max(int(match[1]) * MICROSECONDS[match[2]] // 2 // 1000, 1) * 1000
    unit = next(unit for unit in ("d", "h", "m", "s", "ms") if length % MICROSECONDS[unit] == 0)
    return f"{length // MICROSECONDS[unit]}{unit}"


def _vips(plan: Plan) -> list[tuple[IPInterface, KeyPath]]:
    second = [(plan.vip6, plan.at("vip.address6"))] if plan.vip6 is not None else []
    return [(plan.vip, plan.at("vip.address")), *second]


def _bind(plan: Plan, vip: IPInterface, at: KeyPath) -> dict[str, Any]:
    port = plan.at("cluster.port")
    if plan.haproxy.bind == "vip":
        return {"address": keyed(socket_name(vip.ip, plan.port), at, port), "v6only": False, "nonlocal": True}
    # The first line has IPv4 already where there are two.
    address = f"[::]:{plan.port}" if vip.version == 6 else f"*:{plan.port}"
    return {"address": keyed(address, port), "v6only": vip.version == 6, "nonlocal": False}


def _instance(plan: Plan, number: int, vip: IPInterface, at: KeyPath) -> dict[str, Any]:
    second = at.key == "address6"
    others = [other for other in range(len(plan.load_balancers)) if other != number]
    return {
        "name": "kube_apiserver6" if second else "kube_apiserver",
        "vip": keyed(vip, at),
        "source": _own_address(plan, number, at.key),
        "peers": [_own_address(plan, o, at.key) for o in others] if plan.vrrp.mode == "unicast" else [],
    }


def _own_address(plan: Plan, number: int, key: str) -> Any:
    return keyed(getattr(plan.load_balancers[number], key), plan.at(f"lb.{key}", number))


def _balancer(plan: Plan, number: int) -> dict[str, Any]:
    lb = plan.load_balancers[number]
    addresses = _addresses(lb)
    host = f"[{lb.address}]" if lb.address.version == 6 else str(lb.address)
    name, address = plan.at("lb.name", number), plan.at("lb.address", number)
    return of_record(plan, lb, number) | {
        "addresses": keyed(" ".join(str(address) for address in addresses), address),
        "copy_to": keyed(f"{host}:", address),
        "login": keyed(lb.address, address),
        "script": keyed(f"{lb.name}/install.sh", name),
    }


def _machines(plan: Plan) -> list[dict[str, Any]]:
    return list(_each_machine(plan))


def _each_machine(plan: Plan) -> Iterator[dict[str, Any]]:
    for number, node in enumerate(plan.control_plane):
        address, port = plan.at("control_plane.address", number), plan.at("control_plane.port", number)
        yield of_record(plan, node, number) | {
            "place": keyed(socket_name(node.address, node.port), address, port),
            "bind_address": keyed(f"--bind-address={node.address}", address),
        }


def _haproxy_at(plan: Plan, address: IPAddress) -> Balancer | None:
    """The load balancer that serves the endpoint at a node's own address, if one does."""
    if plan.haproxy.bind != "any":
        return None
    return next((lb for lb in plan.load_balancers if address in (lb.address, lb.address6)), None)


def _record(plan: Plan, address: IPAddress) -> str:
    return f"{plan.endpoint}. {TTL} IN {'A' if address.version == 4 else 'AAAA'} {address}"
