"""Rules that hold the two configurations of one node against each other."""
