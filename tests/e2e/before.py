"""The article's pair before halb: its own files, as it prints them."""

from __future__ import annotations

from wizard.plan.plan import Plan

_HAPROXY = """\
global
    log /dev/log local0
    user haproxy
    group haproxy
    daemon
    maxconn 2000

defaults
    log global
    mode http
    timeout connect 5000
    timeout client 50000
    timeout server 50000

frontend k8s-managers
    bind *:{port}
    mode tcp
    default_backend k8s-managers

backend k8s-managers
    mode tcp
    balance roundrobin
    default-server check
{servers}
"""
_KEEPALIVED = """\
vrrp_script chk_haproxy {{
    script "/usr/bin/pgrep haproxy"
    interval 2
    fall 2
    rise 2
}}

vrrp_instance haproxy-vip {{
    state {state}
    priority {lb.priority}
    interface {lb.interface}
    virtual_router_id {vrrp.virtual_router_id}
    advert_int 1
    unicast_src_ip {lb.address}
    unicast_peer {{
        {peers}
    }}
    authentication {{
        auth_type PASS
        auth_pass "{vrrp.auth_pass}"
    }}
    virtual_ipaddress {{
        {vip}
    }}
    track_script {{
        chk_haproxy
    }}
}}
"""


def article_files(plan: Plan) -> dict[str, dict[str, str]]:
    """The files below /etc of each load balancer, with the addresses of a plan."""
    servers = "\n".join(f"    server {node.name} {node.address}:{node.port}" for node in plan.control_plane)
    found = {}
    for number, lb in enumerate(plan.load_balancers):
        peers = "\n        ".join(str(other.address) for other in plan.load_balancers if other is not lb)
        state = "BACKUP" if number else "MASTER"
        keepalived = _KEEPALIVED.format(state=state, lb=lb, vrrp=plan.vrrp, peers=peers, vip=plan.vip)
        haproxy = _HAPROXY.format(port=plan.port, servers=servers)
        found[lb.name] = {"haproxy/haproxy.cfg": haproxy, "keepalived/keepalived.conf": keepalived}
    return found
