"""What several rules on keepalived.conf share."""
