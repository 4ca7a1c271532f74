"""Rules on halb-lint's own comments."""
