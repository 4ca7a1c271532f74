"""`make fuzz`: mutated inputs into everything that reads what others wrote. CONTRIBUTING says how to run it."""
