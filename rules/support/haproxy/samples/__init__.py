"""Sample expressions, ACL expressions and log formats: where they stand, and what haproxy refuses about them."""
