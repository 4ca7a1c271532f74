"""What several live rules share: whose word counts, and where the name leads. Pure."""
