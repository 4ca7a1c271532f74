"""Whole clusters in network namespaces, with the real daemons."""
