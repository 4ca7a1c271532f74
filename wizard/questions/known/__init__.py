"""What the answers say beyond what was typed: what was meant, what follows, and what is to be said about it."""
