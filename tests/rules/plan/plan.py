"""A halb.toml with every table."""

from __future__ import annotations

PLAN = """\
[cluster]
name = "kacang"
endpoint = "kube-control.example.com"
port = 8443
phase = "bootstrap"

[[control_plane]]             # the first is the initial master
name = "k8s-master1"
address = "192.168.2.151"
port = 16443

[[control_plane]]
name = "k8s-master2"
address = "192.168.2.152"

[vip]
address = "192.168.2.140/24"
address6 = "fd00:2::140/64"

[vrrp]
virtual_router_id = 33
advert_int = 1
mode = "unicast"
preempt = true
auth_pass = "hunter2!"        # not the one in use

[[lb]]
name = "haproxy-lb1"
address = "192.168.2.141"
address6 = "fd00:2::141"
interface = "ens160"
priority = 110
files = ["haproxy-lb1/haproxy.cfg",
         "haproxy-lb1/keepalived.conf"]

[[lb]]
name = "haproxy-lb2"

[haproxy]
check = "readyz"
timeout-client = "1h"

[lint]
select = ["KA", "XN"]
ignore = ["KA012"]
per-file-ignores = { "old/*" = ["HA"] }
haproxy-version = "2.8"
"""
