"""Rules on what Kubernetes needs from the endpoint."""
