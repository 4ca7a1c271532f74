"""The rehearsal: the real daemons run the real files on a network of their own, and every failure is played.

`staging` reads from the files what has to stand there, `lab` has machines in network namespaces, `running` builds them
and starts the daemons, `events` is what is done to them, `play` does it, and `verdict` compares what was seen with
what `rules.failover` predicts. `rehearse` does all of it; `report` shows the result.
"""
