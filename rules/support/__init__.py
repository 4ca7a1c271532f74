"""What several rules share: comparing, wording, and reading the keyword tables."""
