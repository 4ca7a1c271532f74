"""What the real `haproxy -c` and `keepalived -t` say about the files (`--native`)."""
