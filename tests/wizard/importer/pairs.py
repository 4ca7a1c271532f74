"""Pairs of files to import."""

from __future__ import annotations

from wizard.importer import Imported, LeftoverKind

HAPROXY = """\
global
    log /dev/log local0
    maxconn 5000

defaults
    mode tcp
    timeout connect 5000
    timeout client 50000
    timeout server 4h
    timeout tunnel 1d

frontend k8s
    bind *:6443
    default_backend masters

backend masters
    balance roundrobin
    option httpchk GET /healthz
    default-server check check-ssl verify none inter 3s fall 4 rise 1
    server cp1 10.0.0.21:6443
    server cp2 10.0.0.22:6443
"""


def keepalived(own: int, *peers: int, priority: int | str = 100, **lines: str) -> str:
    """A load balancer's file; `lines` replace the lines of the keyword, or add to them."""
    usual = {
        "state": "state BACKUP",
        "interface": "interface eth0",
        "virtual_router_id": "virtual_router_id 33",
        "priority": f"priority {priority}",
        "unicast_src_ip": f"unicast_src_ip 10.0.0.{own}",
        "unicast_peer": f"unicast_peer {{\n{''.join(f'10.0.0.{peer}{chr(10)}' for peer in peers)}}}",
        "virtual_ipaddress": "virtual_ipaddress {\n10.0.0.10/24\n}",
    }
    return "vrrp_instance API {\n" + "\n".join((usual | lines).values()) + "\n}\n"


def pair(haproxy: str = HAPROXY, haproxy2: str | None = None, **lines: str) -> dict[str, str]:
    """Two load balancers; `lines` stand in both."""
    return {
        "lb1/haproxy.cfg": haproxy,
        "lb1/keepalived.conf": keepalived(11, 12, priority=110, **lines),
        "lb2/haproxy.cfg": haproxy if haproxy2 is None else haproxy2,
        "lb2/keepalived.conf": keepalived(12, 11, **lines),
    }


def left(imported: Imported, file: str) -> list[tuple[int, LeftoverKind, str]]:
    """The leftovers of a file, by line."""
    return [(item.line, item.kind, item.text) for item in imported.leftovers if item.file == file]
