"""What is read from the files: the stage with its load balancers, servers and doors."""
