"""Rules on files that can't be read as what they are: the parsers' problems."""
