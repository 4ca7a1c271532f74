"""The network's side: what the name servers, the API servers and this machine answer.

`observations` holds what came back, as plain data; rules only ever see that. `dns` and `tls` are the modules that
open sockets, `system` reads this machine's own files; `observe` runs them side by side within one timeout.
"""
