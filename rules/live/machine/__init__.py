"""Looking at this machine, read-only: what `halb-lint --host` and the wizard's checks know of it.

A module per source (`interfaces`, `sockets`, `kernel`, `services`, `rulesets`, `scripts`, `networkd`, `listening`),
each of which gives plain data (`observed`) or says why it can't; `look` asks them all. Nothing is changed, no shell is
run.
"""
