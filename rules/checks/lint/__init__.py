"""The linter about itself: its comments."""
