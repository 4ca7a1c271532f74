"""The questions, the answers, and what the answers amount to."""
