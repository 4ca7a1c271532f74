"""The keys of `[haproxy]`."""

from __future__ import annotations

from rules.plan.record import Record, key
from rules.plan.types import values
from rules.plan.types.readers import one_of, time, whole_number


class HaproxyChoice(Record):
    """How haproxy forwards. Times are haproxy's own words (`5s`, `1h`).

    `bind` "any": every address of the machine, "vip": the VIP alone (with net.ipv4.ip_nonlocal_bind).
    `run` "package" or "static-pod". `health_port` is the local listener that keepalived's script asks.
    """

    check: str = key(
        "haproxy.check",
        one_of(("readyz", "readyz-401", "tcp")),
        "what a server must answer over TLS to /readyz: readyz (200), readyz-401 (401 or 403 too); or tcp (it accepts)",
        default="readyz",
        label="Health check",
        help="readyz: 200; readyz-401: anonymous-auth is off; tcp: an open port",
        explain="readyz notices an API server that hangs or shuts down. With anonymous-auth=false it answers 401 to "
        "haproxy. readyz-401 takes that, and 403, for alive: one that hangs is noticed, one that shuts down is not.",
        examples=("readyz",),
    )
    balance: str = key(
        "haproxy.balance",
        one_of(("leastconn", "roundrobin", "static-rr", "first", "source", "random")),
        "how a server is chosen",
        default="leastconn",
        help="how a server is chosen",
        explain="API connections live for hours, so leastconn evens out what a restart of one server has shifted.",
        examples=("leastconn",),
    )
    maxconn: int = key(
        "haproxy.maxconn",
        whole_number(1, 10_000_000),
        "connections at a time, of all clients together",
        default=20000,
        label="Connections",
    )
    retries: int = key(
        "haproxy.retries",
        whole_number(0, 100),
        "how often a failed connection to a server is tried again",
        default=3,
        help="how often a failed connection is tried again",
    )
    inter: str = key("haproxy.inter", time, "time between two checks of a server", default="2s", label="Check interval")
    fall: int = key(
        "haproxy.fall",
        whole_number(1, 1000),
        "failed checks in a row after which a server is down",
        default=3,
        label="Checks until down",
    )
    rise: int = key(
        "haproxy.rise",
        whole_number(1, 1000),
        "passed checks in a row after which a server is up",
        default=2,
        label="Checks until up",
    )
    timeout_connect: str = key(
        "haproxy.timeout-connect",
        time,
        "longest wait for a connection to a server",
        default="5s",
        label="Connect timeout",
    )
    timeout_client: str = key(
        "haproxy.timeout-client",
        time,
        "longest silence of a client; watches are silent for long",
        default="1h",
        label="Idle timeout",
        help="watches and 'kubectl logs -f' are silent for long",
        explain="A connection on which the client says nothing for so long is closed. Below ten minutes 'kubectl exec' "
        "and 'logs -f' break off.",
        examples=("1h",),
    )
    timeout_server: str = key(
        "haproxy.timeout-server",
        time,
        "longest silence of a server; watches are silent for long",
        default="1h",
        label="Server timeout",
    )
    timeout_client_fin: str = key(
        "haproxy.timeout-client-fin",
        time,
        "the same for a client that has closed its half of the connection",
        default="30s",
        label="Client, half closed",
        help="longest silence of a client that has closed its half",
    )
    timeout_server_fin: str = key(
        "haproxy.timeout-server-fin",
        time,
        "the same for a server that has closed its half of the connection",
        default="30s",
        label="Server, half closed",
        help="longest silence of a server that has closed its half",
    )
    timeout_tunnel: str | None = key(
        "haproxy.timeout-tunnel",
        time,
        "longest silence of both sides, once both have spoken; it replaces those of client and server",
        default=None,
        label="Tunnel timeout",
        help="longest silence once both sides have spoken; empty: the two above",
        explain="In TCP mode haproxy applies it as soon as data went both ways, instead of the idle and the server "
        "timeout, which can then be short for clients that never say anything.",
        examples=("1h",),
    )
    timeout_queue: str = key(
        "haproxy.timeout-queue",
        time,
        "longest wait for a free place at a server",
        default="5s",
        label="Queue timeout",
    )
    timeout_check: str = key(
        "haproxy.timeout-check",
        time,
        "longest wait for the answer to a check",
        default="5s",
        label="Check timeout",
    )
    bind: str = key(
        "haproxy.bind",
        one_of(("any", "vip")),
        "where haproxy listens: any address of the machine, or the vip alone",
        default="any",
        label="Listen on",
        help="any address of the machine, or the VIP alone",
        explain="With vip, haproxy and an API server can have the same port on one machine: install.sh sets "
        "ip_nonlocal_bind, so that haproxy can listen on an address that the machine does not have right now.",
    )
    health_port: int = key(
        "haproxy.health-port",
        values.port_number,
        "the local port on which keepalived asks haproxy for its health",
        default=8405,
        label="Health port",
        help="the local port where keepalived asks haproxy",
    )
    run: str = key(
        "haproxy.run",
        one_of(("package", "static-pod")),
        "how haproxy and keepalived run: package or static-pod",
        default="package",
        label="Run as",
        help="package: systemd services; static-pod: kubelet runs them",
    )
    version: str | None = key(
        "haproxy.version",
        values.haproxy_release,
        "the oldest release of haproxy on the load balancers",
        default=None,
        in_files=False,
        label="Oldest haproxy",
        help="empty: any release from 2.4 on",
        explain="halb-lint judges the files by it, and install.sh refuses an older haproxy. Nothing that halb writes "
        "needs more than 2.4.",
        examples=("2.8",),
    )
