"""What runs on the machines of a rehearsal beside the daemons: the API servers and the clients.

Each is a program of its own: `python -m wizard.rehearsal.programs.api`. They import little, as every machine has one,
and end when the rehearsal that holds the other end of their pipe is gone.
"""
