"""What several live rules share: which source counts, and where the name points. Pure."""
