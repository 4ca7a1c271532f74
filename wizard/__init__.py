"""The wizard's side of halb: commands that look at the running cluster and say what to do next."""
