"""keepalived.conf: parser and facts."""
