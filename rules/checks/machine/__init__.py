"""Rules on this machine itself, where it is one of the nodes."""
