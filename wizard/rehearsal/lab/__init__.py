"""The one laboratory: machines in network namespaces, the cables between them, and what they see.

`Net` makes and removes everything, `Machine` is one namespace with its own folders, `AddressWatch` follows addresses.
Nothing stays on the host: no namespace, no folder below /etc or /run. The rehearsal is built on it, as are the tests
that need a network; a test that uses it is marked `root`.
"""
