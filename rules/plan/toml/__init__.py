"""TOML texts: reading them with the places of everything, writing values, and editing a text that somebody wrote."""
