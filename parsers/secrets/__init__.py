"""Which stretches of a configuration's text are secret: the one place that decides, for both formats and for others.

A line is looked at as words (`pieces`), whether the daemon would understand it or not: keywords and names say where a
value is secret (`names`), and values show it by their shape (`shapes`, `samples`, `commands`). `lines` puts that
together; what each format adds is in its own `secrets` module.
"""
