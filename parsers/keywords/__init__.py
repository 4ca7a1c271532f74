"""Tables of keywords, one module per format; import the one that is needed."""
