"""Files that can not be read as what they are: the parsers' problems."""
