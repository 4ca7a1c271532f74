"""The plan: complete, valid, with defaults, read from and written to halb.toml."""
