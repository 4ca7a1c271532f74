"""What several rules on haproxy.cfg share."""
