"""What commands of keepalived.conf mean."""
