"""What an import takes from keepalived.conf."""
