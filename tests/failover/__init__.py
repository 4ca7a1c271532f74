"""The failover model beside the real keepalived: nodes in network namespaces, scenarios, and what was observed."""
