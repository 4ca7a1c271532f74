"""A rendered haproxy.cfg, an older and a newer one, and ways to look at what a merge made of a file."""

from __future__ import annotations

from parsers import parse_haproxy
from parsers.facts.haproxy import HaproxyConfig, Proxy, haproxy_facts
from wizard.merge import Merged, merge_haproxy

RENDERED = """\
global
    log /dev/log local0                      # needs syslog socket inside chroot
    log /dev/log local1 notice
    chroot /var/lib/haproxy
    user haproxy
    group haproxy
    maxconn 20000                            # 2x FDs: set LimitNOFILE >= 2*maxconn+100
    stats socket /run/haproxy/admin.sock mode 660 level admin
    stats timeout 30s

defaults k8s-tcp
    mode tcp                                 # TLS passthrough, tcp everywhere
    log global
    option tcplog
    option dontlognull                       # hides port probes from keepalived and the like
    option redispatch                        # zero failed new connections, see 2.5
    option clitcpka                          # idle watches survive firewalls, dead clients go
    option srvtcpka
    retries 3
    timeout connect 5s
    timeout client 1h                        # watch, exec, logs -f
    timeout server 1h
    timeout client-fin 30s                   # do not keep half closed sessions for 1h
    timeout server-fin 30s
    timeout queue 5s
    timeout check 5s

frontend kube-apiserver from k8s-tcp
    bind *:6443                              # dedicated LB nodes; VIP bind needs nonlocal_bind
    maxconn 19000                            # below global: stats and health stay reachable
    default_backend kube-apiservers

backend kube-apiservers from k8s-tcp
    balance leastconn                        # long-lived HTTP/2 connections
    option httpchk
    option log-health-checks
    http-check connect ssl
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host kubernetes.default.svc
    http-check expect status 200
    default-server check verify none inter 2s fastinter 1s downinter 2s fall 3 rise 2 on-marked-down shutdown-sessions
    server cp1 10.0.0.21:6443
    server cp2 10.0.0.22:6443
    server cp3 10.0.0.23:6443

defaults local-http
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
    timeout http-request 5s

frontend lb-health from local-http
    bind 127.0.0.1:8405                      # keepalived's script asks here
    monitor-uri /healthz
    monitor fail if { nbsrv(kube-apiservers) lt 1 }
    http-request use-service prometheus-exporter if { path /metrics }
    stats enable
    stats uri /stats
"""

NEWER = (
    RENDERED.replace("server cp3 10.0.0.23:6443", "server cp3 10.0.0.33:6443\n    server cp4 10.0.0.34:6443")
    .replace("timeout client 1h", "timeout client 2h")
    .replace("maxconn 20000", "maxconn 40000")
)

OURS = (
    "defaults k8s-tcp",
    "frontend kube-apiserver",
    "backend kube-apiservers",
    "defaults local-http",
    "frontend lb-health",
)

BODIES = {
    header: "\n".join(line for line in part.split("\n") if line) + "\n"
    for header, part in zip(OURS, RENDERED.split("\n\n")[1:], strict=True)
}
"""The rendered sections by their header, without the blank lines between."""


WEB = "frontend web\n\tbind :80\n\tmode http\n\ttimeout client 5s\n"
HEAD = f"global\n\tlog /dev/log local0\n\tmaxconn 50000\n\n{WEB}"
DATABASE = "\n# the database\nlisten db from d\n  bind :3306\n  mode tcp\n"
OWN_DEFAULTS = "defaults d\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n\n"


def kinds(merged: Merged) -> dict[str, str]:
    """What became of each section."""
    return {change.section: change.kind for change in merged.changes}


def merged_text(existing: str, rendered: str = RENDERED) -> str:
    """The text of a merge that must succeed, and that must be the last one."""
    merged = merge_haproxy(existing, rendered)
    assert merged.problems == ()
    again = merge_haproxy(merged.text, rendered)
    assert again.text == merged.text
    assert set(kinds(again).values()) == {"kept"}
    return merged.text


def messages(merged: Merged, existing: str) -> list[str]:
    """What stands in the way; a merge with problems has changed nothing."""
    assert merged.problems
    assert merged.text == existing
    assert merged.changes == ()
    return [problem.message for problem in merged.problems]


def facts(text: str) -> HaproxyConfig:
    return haproxy_facts([parse_haproxy(text)])


def effective(config: HaproxyConfig) -> list[tuple[object, ...]]:
    """The values of all proxies of others, inherited ones included, as the facts have them."""
    return [_values(proxy) for proxy in config.proxies if f"{proxy.kind} {_name(proxy)}" not in OURS]


def _name(proxy: Proxy) -> str:
    return proxy.section.name.value if proxy.section.name else ""


def _values(proxy: Proxy) -> tuple[object, ...]:
    singles = (proxy.mode, proxy.balance, proxy.maxconn, proxy.retries, proxy.default_backend, proxy.effective_check)
    return (
        proxy.kind, _name(proxy), proxy.certain, proxy.disabled,
        [value and (value.value, value.origin) for value in singles],
        {name: (value.value, value.origin) for name, value in proxy.timeouts.items()},
        {name: value.value for name, value in proxy.options.items()},
        [(s.name.value, s.host.value, s.port, {n: o.value for n, o in s.options.items()}) for s in proxy.servers],
        [address.raw for bind in proxy.binds for address in bind.addresses],
        [use.backend.value for use in proxy.use_backends],
        [line.line_text.rstrip("\r\n") for line in (*proxy.logs, *proxy.http_checks, *proxy.tcp_checks)],
        {name: [line.line_text.rstrip("\r\n") for line in lines] for name, lines in proxy.acls.items()},
    )  # fmt: skip
