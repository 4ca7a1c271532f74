"""VRRP as keepalived runs it: from facts to routers, and from one moment to the next."""
