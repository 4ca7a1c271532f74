"""Which lines are inside which braces, and what was meant where they are wrong."""
