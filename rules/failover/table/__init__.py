"""The failover table: events, what each of them ends in, whether that is as it should be, and why."""
