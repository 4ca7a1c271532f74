"""Plans for tests: the article's cluster, and any valid plan."""

from __future__ import annotations

import string
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from hypothesis import strategies as st

from rules.plan.keys.machines import SYSTEMS
from rules.plan.model import Phase
from wizard.plan.plan import ApiServer, Balancer, HaproxyChoice, IPAddress, IPInterface, Plan, VrrpChoice

ARTICLE = Plan(
    name="kacang",
    endpoint="kube-control.kacangisnuts.com",
    port=6443,
    phase=Phase.BOOTSTRAP,
    layout="dedicated",
    control_plane=(
        ApiServer("k8s-master1", ip_address("192.168.2.151")),
        ApiServer("k8s-master2", ip_address("192.168.2.152")),
        ApiServer("k8s-master3", ip_address("192.168.2.153")),
    ),
    vip=ip_interface("192.168.2.140/24"),
    vip6=None,
    load_balancers=(
        Balancer("haproxy-lb1", ip_address("192.168.2.141"), "ens160", 110),
        Balancer("haproxy-lb2", ip_address("192.168.2.142"), "ens160", 100),
    ),
    vrrp=VrrpChoice(33, auth_pass="hunter2!"),
)
"""The cluster of the article that halb was made for, with halb's own choices where the article's are unsafe."""

"""For tests of any plan: a plan is large, and a busy machine slow."""

# Words that mean something else in YAML, a shell, haproxy.cfg, keepalived.conf or TOML.
ODD_NAMES = [
    "1", "0x10", "1e3", "true", "null", "no", "2024-01-01", "server", "defaults", "global", "kube-apiserver",
    "vrrp_instance", "LB-1", "node_a.example.com", "a..b", "a-._b", "x" * 63, "lb", "haproxy",
]  # fmt: skip
_INNER = string.ascii_letters + string.digits + "._-"
_ENDS = string.ascii_letters + string.digits
machine_names = st.sampled_from(ODD_NAMES) | st.builds(
    lambda first, inner, last: first + inner + last,
    st.sampled_from(_ENDS),
    st.text(_INNER, max_size=12),
    st.sampled_from(_ENDS),
)
HOSTILE_NAMES = [
    '"; # {{ 7 * 7 }} {% raw %}', "it's $(reboot) `id` $HOME \\", "]] [lint] '''", '"""', "größe 集群 🦆", "a: b - c",
    "!x & {y}", "# no comment", " kacang ", "\\u0000\\n", "%s {0} {name}",
]  # fmt: skip
_PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
cluster_names = (
    st.just("kacang")
    | st.sampled_from(HOSTILE_NAMES)
    | st.text(_PRINTABLE, min_size=1, max_size=20).filter(lambda text: text.isprintable() and bool(text.strip()))
)
_label = st.from_regex(r"[a-z](?:[a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
endpoints = st.just("kube-control.example.com") | st.lists(_label, min_size=2, max_size=5).map(".".join)
interfaces = st.sampled_from(
    ["ens160", "eth0", "enp3s0f0np0", "bond0.100", "br-lan", "wlp0s20f3", "vlan_7", "a", "enx0123456789ab"]
)
systems = st.just("debian") | st.sampled_from(SYSTEMS)
ports = st.sampled_from([6443, 8443, 443, 7443]) | st.integers(1, 65535)
times = st.sampled_from(["1s", "500ms", "5s", "90s", "5m", "1h", "4h", "24d", "1ms", "2000000us"])
_TIMEOUTS = [name for name in HaproxyChoice._fields if name.startswith("timeout_")]
passwords = st.none() | st.text("".join(chr(c) for c in range(33, 127) if chr(c) != '"'), min_size=1, max_size=8)


def _network(draw: st.DrawFn, version: int, number: int) -> tuple[IPInterface, list[IPAddress]]:
    """A VIP, and addresses of its network that are not the VIP's."""
    third = draw(st.integers(0, 255))
    prefix = draw(st.integers(16, 26) if version == 4 else st.sampled_from([48, 56, 64, 112]))
    text = f"10.{number}.{third}.0/{prefix}" if version == 4 else f"fd00:{number}::{third:x}:0/{prefix}"
    network = ip_network(text, strict=False)
    most = min(network.num_addresses, 2**20) - 2
    lowest = draw(st.integers(1, most - 13))
    hosts = [lowest + index for index in range(14)]
    hosts.insert(0, hosts.pop(draw(st.integers(0, 13))))
    first, *others = (network.network_address + host for host in hosts)
    return ip_interface(f"{first}/{prefix}"), others


def _vrrp(draw: st.DrawFn, version: int, run: str) -> VrrpChoice:
    seconds = st.integers(1, 255).map(float) if version == 2 else st.integers(26, 4095).map(lambda n: n / 100)
    takeover = draw(st.sampled_from(["normal", "fast"]))
    fast = st.integers(1, 25).map(lambda n: n / 100)
    return VrrpChoice(
        virtual_router_id=draw(st.integers(1, 255)),
        advert_int=draw(fast if takeover == "fast" else st.just(1.0) | seconds),
        mode=draw(st.sampled_from(["unicast", "multicast"])),
        preempt=draw(st.booleans()),
        takeover=takeover,
        track="script" if run == "static-pod" else draw(st.sampled_from(["process", "script"])),
        auth_pass=draw(passwords) if version == 2 and takeover == "normal" else None,
    )


def _priorities(draw: st.DrawFn, count: int, *, preempt: bool) -> list[int]:
    """From the highest to the lowest; only sticky load balancers may have the same one or be far apart."""
    if not preempt:
        return sorted(draw(st.lists(st.integers(1, 254), min_size=count, max_size=count)), reverse=True)
    low = draw(st.integers(2, 254 - 10 * count))
    some = st.lists(st.integers(low, min(254, low + 223)), min_size=count, max_size=count, unique=True)
    return sorted(draw(some), reverse=True)


def _haproxy(draw: st.DrawFn, run: str, bind: str, taken: set[int]) -> HaproxyChoice:
    if draw(st.booleans()):
        choice = HaproxyChoice()
    else:
        choice = HaproxyChoice(
            check=draw(st.sampled_from(["readyz", "readyz-401", "tcp"])),
            balance=draw(st.sampled_from(["leastconn", "roundrobin", "static-rr", "first", "source", "random"])),
            maxconn=draw(st.integers(100, 20000)),
            retries=draw(st.integers(0, 100)),
            fall=draw(st.integers(1, 1000)),
            rise=draw(st.integers(1, 1000)),
            inter=draw(times),
        )
        chosen: dict[str, Any] = {name: draw(times) for name in draw(st.sets(st.sampled_from(_TIMEOUTS)))}
        choice = choice._replace(**chosen)
    health = draw(st.just(8405) | st.integers(1024, 65535))
    health = next(port for port in (health, 8405, 8406, 8407, *range(20000, 20020)) if port not in taken)
    return choice._replace(run=run, bind=bind, health_port=health)


def _unlike(draw: st.DrawFn, low: int, high: int) -> list[str]:
    return draw(st.lists(machine_names, min_size=low, max_size=high, unique_by=str.lower))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any valid plan: 2 to 6 load balancers, 1 to 7 control-plane nodes, IPv4, IPv6 or both, and every choice."""
    layout = draw(st.sampled_from(["dedicated", "stacked"]))
    family = draw(st.sampled_from([4, 6, 46]))
    vip, addresses = _network(draw, 6 if family == 6 else 4, 1)
    vip6, addresses6 = _network(draw, 6, 2) if family == 46 else (None, [])
    names = _unlike(draw, 2 if layout == "stacked" else 1, 7)
    node_ports = [draw(st.just(6443) | ports) for _ in names]
    nodes = tuple(ApiServer(name, addresses.pop(), port) for name, port in zip(names, node_ports, strict=True))
    if layout == "stacked":
        chosen = draw(st.lists(st.sampled_from(nodes), min_size=2, max_size=6, unique=True))
        owned = [(node.name, node.address) for node in chosen]
    else:
        owned = [(name, addresses.pop()) for name in _unlike(draw, 2, 6)]
    run = draw(st.sampled_from(["package", "static-pod"]))
    bind = draw(st.sampled_from(["any", "vip"]))
    vrrp = _vrrp(draw, 2 if family == 4 else 3, run)
    api = set(node_ports)
    port = draw(ports.filter(lambda port: layout == "dedicated" or bind == "vip" or port not in api))
    lbs = tuple(
        Balancer(name, address, draw(interfaces), priority, addresses6.pop() if vip6 else None, os=draw(systems))
        for (name, address), priority in zip(owned, _priorities(draw, len(owned), preempt=vrrp.preempt), strict=True)
    )
    return Plan(
        name=draw(cluster_names),
        endpoint=draw(endpoints),
        port=port,
        phase=draw(st.sampled_from(Phase)),
        layout=layout,
        control_plane=nodes,
        vip=vip,
        vip6=vip6,
        load_balancers=lbs,
        vrrp=vrrp,
        haproxy=_haproxy(draw, run, bind, {port, *api}),
    )
