"""What the answers of the network amount to, for rules and checklists."""
