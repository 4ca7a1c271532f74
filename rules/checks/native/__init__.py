"""Rules on what the real daemons say about the files, if they were asked (`--native`)."""
