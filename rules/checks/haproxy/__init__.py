"""Rules on one haproxy configuration."""
