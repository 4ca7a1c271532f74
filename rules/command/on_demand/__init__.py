"""What only some runs of halb-lint need, imported by those: plain ones start without it."""
