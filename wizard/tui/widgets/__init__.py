"""What the wizard's screens are composed of."""
