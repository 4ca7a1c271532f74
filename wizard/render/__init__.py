"""A plan as files."""
