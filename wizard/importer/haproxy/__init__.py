"""What an import takes from haproxy.cfg."""
