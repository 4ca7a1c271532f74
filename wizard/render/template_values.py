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
from wizard.render.distributions import CHECK_SCRIPT, DISTRIBUTIONS, needed_releases
from wizard.render.quoting import keyed

# Tags of releases that halb knows to read what it writes; a site has its own registry and its own pace.
HAPROXY_IMAGE = "docker.io/library/haproxy:2.8.10"
KEEPALIVED_IMAGE = "docker.io/osixia/keepalived:2.0.20"

SYSCTL_FILE = "etc/sysctl.d/90-halb.conf"
RESTART_FILE = "etc/systemd/system/keepalived.service.d/halb.conf"

HEALTH_HEADROOM = 1000
"""Connections that the whole process may have beyond those of the API's clients."""

LONG_IDLE = 600
"""Seconds of silence that a connection to the API has to survive, as HA004 says."""

_PULL = 120
"""Seconds in which kubelet has started a static pod, its image pulled first."""


def of_record(plan: Plan, record: Record, number: int = 0) -> dict[str, Any]:
    """All values of a table by their fields: what a key of it is called in a template."""
    return {
        name: keyed(getattr(record, name), plan.at(f"{key.table}.{key.name}", number))
        for name, key in record.keys.items()
    }


def shared_values(plan: Plan) -> dict[str, Any]:
    """The values that are the same for all load balancers."""
    nonlocal_bind = plan.haproxy.bind == "vip"
    both = vips(plan)
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
        "long_idle": all(
            seconds(time) >= LONG_IDLE for time in (plan.haproxy.timeout_client, plan.haproxy.timeout_server)
        ),
        "fastinter": keyed(half(plan.haproxy.inter), plan.at("haproxy.inter")),
        "binds": [_bind(plan, vip, at) for vip, at in both],
        "nonlocal": [vip.version for vip, _ in both] if nonlocal_bind else [],
        "servers": machines(plan),
        "alike": plan.haproxy.run != "package" or len({DISTRIBUTIONS[lb.os].layout for lb in plan.load_balancers}) == 1,
        "stacked": plan.layout == "stacked",
        "shared_port": plan.layout == "stacked" and plan.port in {node.port for node in plan.control_plane},
        "kubeadm": kubeadm_values(plan),
        "in_container": plan.haproxy.run == "static-pod",
        "images": {"haproxy": HAPROXY_IMAGE, "keepalived": KEEPALIVED_IMAGE},
        "initial": machines(plan)[0],
        "sans": [keyed(plan.endpoint, name), *(keyed(vip.ip, at) for vip, at in both)],
    }


def kubeadm_values(plan: Plan) -> dict[str, Any]:
    """The form of kubeadm's configuration: v1beta4 came with 1.31, and lists arguments; v1beta3 maps them."""
    stated = plan.kubernetes
    path = plan.at("cluster.kubernetes")
    old = stated is not None and tuple(int(part) for part in stated.split(".")[:2]) < (1, 31)
    return {
        "api": "kubeadm.k8s.io/v1beta3" if old else "kubeadm.k8s.io/v1beta4",
        "lists": not old,
        "release": keyed(f"v{stated}", path) if stated is not None and stated.count(".") == 2 else None,
        "example": keyed(f"v{stated}.0", path) if stated is not None else "v1.33.0",
        "needs": keyed(f"kubeadm {stated}", path) if stated is not None else "kubeadm 1.31 or later",
    }


def check_script(plan: Plan, number: int) -> str:
    """Where keepalived's check goes on a load balancer, from its root; a container has it in the folder of old."""
    packages = plan.haproxy.run == "package"
    return DISTRIBUTIONS[plan.load_balancers[number].os].check_script if packages else f"etc/keepalived/{CHECK_SCRIPT}"


def balancer_values(plan: Plan, number: int, files: list[str]) -> dict[str, Any]:
    """The values of one load balancer, by its number; `files` are the paths that it gets, from its root."""
    return {
        "lb": balancer(plan, number),
        "vrrp": vrrp_values(plan, number),
        "instances": [_instance(plan, number, vip, at) for vip, at in vips(plan)],
        "system": DISTRIBUTIONS[plan.load_balancers[number].os],
        "check_script": f"/{check_script(plan, number)}",
        "install": _install(plan, number, files) | _of_system(plan, number),
    }


def _of_system(plan: Plan, number: int) -> dict[str, Any]:
    """What install.sh knows of the system that it is for."""
    system = DISTRIBUTIONS[plan.load_balancers[number].os]
    fits = [os for os, other in DISTRIBUTIONS.items() if other.layout == system.layout]
    haproxy, keepalived = needed_releases(plan.haproxy.version, plan.vrrp.version)
    packaged = plan.haproxy.run == "package"
    ports = sorted({plan.port, plan.haproxy.health_port, *(node.port for node in plan.control_plane)})
    return {
        "known_systems": [{"os": os, "ids": other.ids} for os, other in DISTRIBUTIONS.items()],
        "systems": fits,
        "system_names": " or ".join(DISTRIBUTIONS[os].names for os in fits),
        "haproxy_release": keyed(haproxy, plan.at("haproxy.version")),
        "keepalived_release": keyed(keepalived, plan.at("vrrp.version")),
        "hint": f"'{system.install} haproxy keepalived' gets it",
        "service_tool": "rc-service" if system.manager == "openrc" else "systemctl",
        "status": f"'{system.service('status', 'haproxy', 'keepalived') if packaged else 'crictl ps --all'}'",
        "manager": system.manager,
        "selinux": packaged and system.selinux,
        "ports": ", ".join(str(port) for port in ports),
    }


def _install(plan: Plan, number: int, files: list[str]) -> dict[str, Any]:
    """What install.sh of a load balancer does and asks; lists as words of a shell."""
    addresses = [str(vip.ip) for vip, _ in vips(plan)]
    others = [lb for other, lb in enumerate(plan.load_balancers) if other != number]
    listening = addresses if plan.haproxy.bind == "vip" else ["any"]
    services = plan.haproxy.run == "package"
    return {
        "files": " ".join(files),
        "sysctl": SYSCTL_FILE if SYSCTL_FILE in files else "",
        "unicast": plan.vrrp.mode == "unicast",
        "services": services,
        "first": "yes" if number == 0 and plan.vrrp.preempt else "",
        "peers": " ".join(f"{lb.name}={address}" for lb in others for address in _addresses(lb)),
        "vips": " ".join(addresses),
        "listens": " ".join([*(f"{host}:{plan.port}" for host in listening), f"127.0.0.1:{plan.haproxy.health_port}"]),
        "servers": " ".join(f"{node.address}:{node.port}" for node in plan.control_plane),
        "headroom": HEALTH_HEADROOM,
        # Seconds: three adverts that are missed and the skew, below one more; then the time of a start and a check.
        "settle": math.ceil(3 * plan.vrrp.advert_int) + 2,
        "patience": math.ceil(4 * plan.vrrp.advert_int) + 6,
        "start": 5 if services else _PULL,
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
        "protocol": keyed(vrrp_version(plan), plan.at("vrrp.takeover")),
        "advert_int": keyed(f"{choice.advert_int:g}", plan.at("vrrp.advert_int")),
        "state": keyed(state, preempt if number is None else plan.at("lb.priority", number)),
        "nopreempt": not choice.preempt,
        "weight": keyed(weight, *priorities),
        "track_process": choice.track == "process",
        "group": plan.vip6 is not None,
    }


def seconds(time: str) -> float:
    """One of haproxy's times in seconds."""
    match = re.fullmatch(r"([0-9]+)([a-z]+)", time)
    assert match is not None, time
    return int(match[1]) * MICROSECONDS[match[2]] / 1_000_000


def half(time: str) -> str:
    """Half of one of haproxy's times, in the largest unit that has it whole: "2s" is "1s", "5s" is "2500ms"."""
    match = re.fullmatch(r"([0-9]+)([a-z]+)", time)
    assert match is not None, time
    # haproxy counts in milliseconds, and takes an interval of 0 for one that is not given.
    length = max(int(match[1]) * MICROSECONDS[match[2]] // 2 // 1000, 1) * 1000
    unit = next(unit for unit in ("d", "h", "m", "s", "ms") if length % MICROSECONDS[unit] == 0)
    return f"{length // MICROSECONDS[unit]}{unit}"


def vips(plan: Plan) -> list[tuple[IPInterface, KeyPath]]:
    """The VIPs with their keys, IPv4 first."""
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


def balancer(plan: Plan, number: int) -> dict[str, Any]:
    """A load balancer: its keys, and how one copies to it."""
    lb = plan.load_balancers[number]
    addresses = _addresses(lb)
    host = _host(lb.address)
    name, address = plan.at("lb.name", number), plan.at("lb.address", number)
    return of_record(plan, lb, number) | {
        "addresses": keyed(" ".join(str(address) for address in addresses), address),
        "copy_to": keyed(f"{host}:", address),
        "login": keyed(lb.address, address),
        "script": keyed(f"{lb.name}/install.sh", name),
    }


def _host(address: IPAddress) -> str:
    """An address as scp wants it."""
    return f"[{address}]" if address.version == 6 else str(address)


def machines(plan: Plan) -> list[dict[str, Any]]:
    """The control-plane nodes: their keys, and where they are."""
    return list(_each_machine(plan))


def _each_machine(plan: Plan) -> Iterator[dict[str, Any]]:
    for number, node in enumerate(plan.control_plane):
        address, port = plan.at("control_plane.address", number), plan.at("control_plane.port", number)
        yield of_record(plan, node, number) | {
            "place": keyed(socket_name(node.address, node.port), address, port),
            "copy_to": keyed(f"{_host(node.address)}:", address),
            "login": keyed(node.address, address),
            "bind_address": keyed(f"--bind-address={node.address}", address),
        }
