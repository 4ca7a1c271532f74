"""Rules on the endpoint's name, as the name servers and this machine resolve it."""
