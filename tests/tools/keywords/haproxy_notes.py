"""What the keyword probe could not see, each with its reason."""

from __future__ import annotations

# Names that the probe wrongly saw as accepted (haproxy 2.6.12 refuses them by hand).
PHANTOMS = {
    "listen": {"acme-vars"}, "frontend": {"acme-vars"}, "backend": {"acme-vars"}, "defaults": {"acme-vars"},
    "fcgi-app": {"acme-vars"}, "peers": {"server-state-base"}, "global": {"tune.quic.backend.max-idle-timeou"},
}  # fmt: skip

# Refused there for what they mean, not as keywords, so the probe took them for accepted.
REFUSED = {"frontend": ("server", "default-server", "server-template")}

COMPLETE = (
    "global", "frontend", "backend", "listen", "defaults", "resolvers", "peers", "mailers", "cache", "userlist",
    "http-errors", "ring",
)  # fmt: skip

# Removed before 2.6, so no version's list has them. Version that dropped them, and what to write.
REMOVED_SECTION = {
    "appsession": ("1.6", "use 'cookie' or 'stick on'"),
    "block": ("2.1", "use 'http-request deny'"),
    "cliexp": ("2.1", "use 'http-request replace-header' or 'replace-uri'"),
    "clitimeout": ("2.1", "use 'timeout client'"),
    "contimeout": ("2.1", "use 'timeout connect'"),
    "srvtimeout": ("2.1", "use 'timeout server'"),
    "grace": ("2.5", "remove the line; 'hard-stop-after' and 'grace' in global take its place"),
    "monitor-net": ("", "use 'http-request return status 200 if { src NETWORK }', or 'tcp-request connection reject'"),
    "redisp": ("2.1", "use 'option redispatch'"),
    "redispatch": ("2.1", "use 'option redispatch'"),
    "reqadd": ("2.1", "use 'http-request add-header'"),
    "reqiadd": ("2.1", "use 'http-request add-header'"),
    "reqallow": ("2.1", "use 'http-request allow'"),
    "reqiallow": ("2.1", "use 'http-request allow'"),
    "reqdel": ("2.1", "use 'http-request del-header'"),
    "reqidel": ("2.1", "use 'http-request del-header'"),
    "reqdeny": ("2.1", "use 'http-request deny'"),
    "reqideny": ("2.1", "use 'http-request deny'"),
    "reqpass": ("2.1", "remove the line"),
    "reqipass": ("2.1", "remove the line"),
    "reqrep": ("2.1", "use 'http-request replace-header', 'replace-path' or 'replace-uri'"),
    "reqirep": ("2.1", "use 'http-request replace-header', 'replace-path' or 'replace-uri'"),
    "reqsetbe": ("2.1", "use 'use_backend'"),
    "reqisetbe": ("2.1", "use 'use_backend'"),
    "reqtarpit": ("2.1", "use 'http-request tarpit'"),
    "reqitarpit": ("2.1", "use 'http-request tarpit'"),
    "rspadd": ("2.1", "use 'http-response add-header'"),
    "rspdel": ("2.1", "use 'http-response del-header'"),
    "rspidel": ("2.1", "use 'http-response del-header'"),
    "rspdeny": ("2.1", "use 'http-response deny'"),
    "rspideny": ("2.1", "use 'http-response deny'"),
    "rsprep": ("2.1", "use 'http-response replace-header'"),
    "rspirep": ("2.1", "use 'http-response replace-header'"),
    "srvexp": ("2.1", "use 'http-response replace-header'"),
    "bind-process": ("2.7", "use 'thread' on the 'bind' line, or remove the line"),
    "dispatch": ("3.5", "use a 'server' line"),
    "transparent": ("3.5", "use 'server NAME 0.0.0.0' or 'source ... usesrc'"),
    "nbproc": ("2.5", "remove the line; threads ('nbthread') are used by themselves"),
    "tune.chksize": ("", "use 'tune.bufsize'"),
    "master-worker": ("3.5", "start haproxy with -W or -Ws"),
    "resolution_pool_size": ("", "remove the line"),
    "debug": ("", "start haproxy with -d"),
}  # fmt: skip
REMOVED_OPTION = {
    "forceclose": ("2.0", "remove the line, or use 'option httpclose'"),
    "http_proxy": ("2.5", "use 'http-request set-dst' and 'http-request set-uri'"),
    "http-tunnel": ("2.1", "remove the line"),
    "http-use-htx": ("", "remove the line; HTX is always used"),
    "tcpsplice": ("", "use 'option splice-auto'"),
    "transparent": ("3.5", "use 'server NAME 0.0.0.0' or 'source ... usesrc'"),
    "accept-invalid-http-request": ("", "use 'option accept-unsafe-violations-in-http-request'"),
    "accept-invalid-http-response": ("", "use 'option accept-unsafe-violations-in-http-response'"),
}  # fmt: skip

# What later releases of a branch have besides: measured with 3.0.11 and 3.2.26.
BACKPORTED = {
    "h1-do-not-close-on-insecure-transfer-encoding": "3.0",
    "warn-blocked-traffic-after": "3.0",
    "accept-invalid-http-request": "3.2",
    "accept-invalid-http-response": "3.2",
}

# Rule actions that the parser compares by hand (taken from haproxy 2.6.12's own error message).
HAND_ACTIONS = {
    "tcp-request connection": ["accept", "reject", "capture", "expect-proxy", "expect-netscaler-cip", "track-sc*"],
    "tcp-request session": ["accept", "reject", "capture", "expect-proxy", "expect-netscaler-cip", "track-sc*"],
    "tcp-request content": ["accept", "reject", "capture", "expect-proxy", "expect-netscaler-cip", "track-sc*"],
    "tcp-response content": ["accept", "close", "reject"],
}  # fmt: skip
BUILD_ACTIONS = ["lua.*", "ot-group"]
# What only builds with Lua or device detection know; the builds that were asked had neither, but for Debian's 2.6.12.
BUILD_GLOBAL = ("51degrees-*", "deviceatlas-*", "profiling.memory", "tune.lua.*", "wurfl-*")
BUILD_FILTERS = ("lua.*",)

# Which side uses an option that is compared by hand: the keyword matrix of the 2.6 manual, but for tcplog, which 2.6.12
# ignores in backends, and forwarded, which is newer (not measured).
HAND_OPTIONS = {
    "httplog": "FE HTTP", "tcplog": "FE", "httpslog": "FE HTTP", "forwardfor": "FE BE HTTP", "originalto": "FE BE HTTP",
    "httpclose": "FE BE HTTP", "http-server-close": "FE BE HTTP", "http-keep-alive": "FE BE HTTP", "tcpka": "FE BE",
    "http-restrict-req-hdr-names": "FE BE HTTP", "forwarded": "BE HTTP", "redispatch": "BE",
    "httpchk": "BE", "ssl-hello-chk": "BE", "smtpchk": "BE", "pgsql-check": "BE", "redis-check": "BE",
    "mysql-check": "BE", "ldap-check": "BE", "spop-check": "BE", "tcp-check": "BE", "external-check": "BE",
}  # fmt: skip
# Options that refuse `no` and `default`. Measured with haproxy 2.6.12.
NOT_NEGATABLE = (
    "httpchk", "tcp-check", "ssl-hello-chk", "smtpchk", "pgsql-check", "redis-check", "mysql-check", "ldap-check",
    "spop-check", "external-check", "httplog", "tcplog", "httpslog", "tcpka", "forwardfor", "originalto",
    "http-restrict-req-hdr-names",
)  # fmt: skip
TIMEOUT_SIDES = {
    "client": "FE", "client-fin": "FE", "http-keep-alive": "FE BE", "http-request": "FE BE",
    "tarpit": "FE BE", "server": "BE", "server-fin": "BE", "connect": "BE", "check": "BE", "queue": "BE",
    "tunnel": "BE", "client-hs": "FE",
}  # fmt: skip
# Number of arguments where the inventory has the bare name of a keyword that takes a variable form.
SERVER_ARGS = {"set-proxy-v2-tlv-fmt": ("set-proxy-v2-tlv-fmt(*)", 1), "usesrc": ("", 0)}
