"""Rules on one keepalived configuration."""
