"""What several rules on haproxy.cfg need."""
