"""What several rules need: comparing, wording, and what the keyword tables say."""
