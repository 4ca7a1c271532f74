"""The stage, built: machines, daemons, API servers and clients, all running.

`station` is a load balancer's machine with its own files and process table, `daemons` the two that run there, `folders`
what lies below its /etc, `systems` where its programs are, `network` the switch and its cables, `cluster` everything
together.
"""
