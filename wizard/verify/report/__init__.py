"""A checklist as text and as JSON."""
