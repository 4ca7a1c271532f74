"""The types that a key of halb.toml can have: what is read, checked and written."""
