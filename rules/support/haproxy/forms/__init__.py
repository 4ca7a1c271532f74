"""The arguments of lines in haproxy.cfg by `haproxy_forms.txt`: what the haproxy of a release refuses in them.

`fitting.form_faults` takes a line and yields a `Fault` for what is wrong with it.
"""
