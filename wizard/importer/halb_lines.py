"""Lines that halb's own files have whatever the plan says: nothing is lost where an existing file has them too.

A test renders plans and imports them again, so that this keeps up with the templates.
"""

from __future__ import annotations

GLOBAL = frozenset(
    (
        "log /dev/log local0",
        "log /dev/log local1 notice",
        "log stdout format raw local0",  # in a container
        "log stdout format short local0",  # where the service's output is the log
        "chroot /var/lib/haproxy",
        "user haproxy",
        "group haproxy",
        "stats socket /run/haproxy/admin.sock mode 660 level admin",
        "stats socket /var/lib/haproxy/stats mode 660 level admin",
        "stats timeout 30s",
        "daemon",  # systemd's unit starts haproxy with -Ws, in the foreground, with and without it
    )
)

PROXY = frozenset(
    (
        *("mode tcp", "log global", "option tcplog", "option dontlognull", "option redispatch", "option clitcpka"),
        *("option srvtcpka", "option httpchk", "option log-health-checks", "http-check connect ssl"),
        "http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host kubernetes.default.svc",
        *("http-check expect status 200", "http-check expect status 200,401,403"),
        "option tcp-check",  # without tcp-check rules it connects, as no option does
    )
)
"""In `defaults`, and in the frontends and backends of the API."""

SERVER_OPTIONS = frozenset((*("check", "check-ssl", "verify none", "on-marked-down shutdown-sessions"),))

BACKEND = "kube-apiservers"
HEALTH_FRONTEND = "lb-health"
HEALTH_DEFAULTS = "local-http"
CHECK_SCRIPT = "check-haproxy"
"""The names by which halb's own parts are known again."""

KEEPALIVED_GLOBAL = frozenset(
    ("enable_script_security", "vrrp_garp_master_refresh", "script_user", "max_auto_priority")
)
"""Keywords of global_defs that halb writes with its own values."""

# /etc/haproxy/haproxy.cfg of Debian's package, as far as halb does not write it too.
_PACKAGED_GLOBAL = frozenset(
    ("ca-base", "crt-base", "ssl-default-bind-ciphers", "ssl-default-bind-ciphersuites", "ssl-default-bind-options")
)
_PACKAGED_DEFAULTS = frozenset(("errorfile",))


def is_packaged(section: str, keyword: str, text: str) -> bool:
    """Whether a line of `global` or `defaults` is one that Debian's package ships and a TCP proxy never uses."""
    if section == "global":
        return keyword in _PACKAGED_GLOBAL or text.startswith("stats socket /run/haproxy/admin.sock mode 660 level")
    return section == "defaults" and (keyword in _PACKAGED_DEFAULTS or text in ("mode http", "option httplog"))
