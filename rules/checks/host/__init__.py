"""Rules on what answers at the cluster's addresses."""
