"""Looking at this machine: the readers, beside what real machines and daemons show."""
