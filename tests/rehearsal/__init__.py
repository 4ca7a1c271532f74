"""The rehearsal, with the real daemons, and its verdicts and reports without them."""
