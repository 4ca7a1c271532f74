"""Rules on what Kubernetes needs of the endpoint."""
