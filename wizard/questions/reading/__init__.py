"""Reading what was pasted or edited: lists of machines, the text of halb.toml. Pure."""
