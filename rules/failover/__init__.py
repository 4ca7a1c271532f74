"""Who owns each VIP after every failure, computed from the configurations of all nodes.

`model` has the words, `reading` makes them of facts, `protocol` is what one moment of the network looks like to VRRP,
`settling` what comes of a change, `events` what can happen, `table` puts it together.
"""
