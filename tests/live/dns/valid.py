"""Queries, and messages that answer them well."""

from __future__ import annotations

import dns.message

from rules.live.dns.messages import question
from tests.live.scripted import Asked, answer

ASKED = {rdtype: question("kube.example.com", rdtype, recursion=True) for rdtype in ("A", "AAAA", "SOA", "NS")}
_RECORDS = {
    "A": ["kube.example.com. 60 IN CNAME cp.example.com.", "cp.example.com. 30 IN A 192.0.2.1"],
    "AAAA": ["kube.example.com. 60 IN AAAA fd00::1", "kube.example.com. 60 IN AAAA fd00::2"],
    "SOA": ["kube.example.com. 60 IN SOA ns1.example.com. h.example.com. 1 2 3 4 5"],
    "NS": ["kube.example.com. 60 IN NS ns1.example.com.", "kube.example.com. 60 IN NS ns2.example.com."],
}
VALID = {
    rdtype: answer(
        Asked(dns.message.from_wire(asked.wire), asked.wire, tcp=False, times=1),
        *_RECORDS[rdtype],
        authority=["example.com. 60 IN SOA ns1.example.com. h.example.com. 1 2 3 4 5"],
        additional=["ns1.example.com. 60 IN A 192.0.2.1"],
    )
    for rdtype, asked in ASKED.items()
}
