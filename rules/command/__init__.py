"""The command line of halb-lint, and what both commands share."""
