"""The checklists of halb-wizard verify."""
