"""Rules that compare the two configurations of one node."""
