"""Nodes and fleets: which files are one node, which instances are one virtual router, what the endpoint is."""
