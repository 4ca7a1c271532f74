"""What the network and this machine say about an answer."""
