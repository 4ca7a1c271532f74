"""The network's side: what the name servers, the API servers and this machine answer.

`observations` holds what came back, as plain data; rules only ever see that. `dns` (with `dns_exchange`, `dns_zone`,
`datagrams`) and `tls` (with `connection`) open sockets, `system` reads this machine's own files; `observe` runs them
side by side within one timeout. `dns_messages`, `readyz` and `certificate` read what came, without sockets.
"""
