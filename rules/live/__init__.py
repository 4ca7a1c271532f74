"""The network: what the name servers, the API servers and this machine answer.

`observations` holds the answers as plain data; rules see only that. `dns` (with `dns_exchange`, `dns_zone`,
`datagrams`) and `tls` (with `connection`) open sockets, `system` reads this machine's own files; `observe` runs them
concurrently within one timeout. `dns_messages`, `readyz` and `certificate` parse the answers, without sockets.
"""
