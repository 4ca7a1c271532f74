"""The form of a file: its outline, what can be folded, which words are what, and how far lines are indented."""
