"""`halb-lint --lsp`, by a client of the protocol over pipes, and by a real editor."""
