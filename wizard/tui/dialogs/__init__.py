"""What is shown above a screen until it is answered or closed."""
