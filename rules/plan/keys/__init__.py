"""The keys of halb.toml, each declared in one place: a module for each table, a field for each key.

Whatever reads, checks, asks for, imports, writes or documents a plan works from these declarations. A key is added
here and nowhere else; what uses it is the template of a file.
"""
