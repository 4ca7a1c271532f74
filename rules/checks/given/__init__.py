"""Rules on all nodes given to halb-lint, whether one or several."""
