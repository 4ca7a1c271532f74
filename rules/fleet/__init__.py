"""Nodes and fleets: what the files of one machine say, and which instances are one virtual router."""
