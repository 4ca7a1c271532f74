"""Changes that rid files of mistakes: what a rule proposes, as edits; and which of them can be made together."""
