"""A canary in every place that can hold a secret, and every text that halb shows of it."""
