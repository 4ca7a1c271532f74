"""Rules that compare the nodes of a fleet."""
