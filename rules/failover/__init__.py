"""Which node owns each VIP after every failure, computed from the configurations of all nodes.

`model` has the types, `reading` builds them from facts, `protocol` is one moment of the network as VRRP sees it,
`settling` the outcomes of a change, `events` what can happen, and `table` combines them.
"""
