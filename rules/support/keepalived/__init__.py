"""What several rules on keepalived.conf need."""
