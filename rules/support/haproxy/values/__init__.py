"""Values in haproxy.cfg that every haproxy from 2.6 to 3.4 refuses.

Each reader takes a line and yields a `Fault` for what is wrong with it. What only some versions object to, or what
depends on the machine (files, users, name servers), is left alone.
"""
