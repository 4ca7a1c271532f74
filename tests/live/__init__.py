"""The network side, against real servers on loopback and in network namespaces."""
