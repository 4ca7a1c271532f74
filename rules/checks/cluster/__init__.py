"""Rules on the cluster as files describe it: halb.toml, the configuration of kubeadm, and the load balancers."""
