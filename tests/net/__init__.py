"""The one laboratory of the tests: machines in network namespaces, the cables between them, and what they see.

`Net` makes and removes everything, `Machine` is one namespace with folders of its own, `Watch` follows addresses. A
test that uses it is marked `root`. Nothing stays on the host: no namespace, no folder below /etc or /run.
"""
