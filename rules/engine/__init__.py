"""The engine: rules declared and found, run over a fleet, their hits made into findings."""
