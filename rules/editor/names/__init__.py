"""The names in the files of the nodes: where they are defined, where they are used, and what renaming changes."""
