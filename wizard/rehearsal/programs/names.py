"""A name server with one record: `python -m wizard.rehearsal.programs.names LISTEN NAME TTL ADDRESS`.

It answers on UDP port 53 of LISTEN, with authority. It prints "ready" when it listens. A line on stdin is the record's
new address. It ends when stdin does.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

from wizard.rehearsal.programs.api import OUT

PORT = 53
_LONGEST = 4096  # bytes


class Zone:
    """The one record; `address` may change at any time."""

    def __init__(self, name: str, ttl: int, address: str) -> None:
        self.address = address
        self._name = dns.name.from_text(name)
        self._ttl = ttl

    def answer(self, query: bytes) -> bytes:
        """The answer to a query; raises dns.exception.DNSException for what is none."""
        question = dns.message.from_wire(query)
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.AA
        address = self.address
        kind = "A" if ip_address(address).version == 4 else "AAAA"
        asked = question.question[0] if question.question else None
        if asked is not None and asked.name == self._name and dns.rdatatype.to_text(asked.rdtype) == kind:
            reply.answer.append(dns.rrset.from_text(self._name, self._ttl, "IN", kind, address))
        return reply.to_wire()


def _serve(listener: socket.socket, zone: Zone) -> None:
    while True:
        query, client = listener.recvfrom(_LONGEST)
        with suppress(dns.exception.DNSException, OSError):
            listener.sendto(zone.answer(query), client)


def main() -> None:
    """Answer until nobody holds stdin any more."""
    listen, name, ttl, address = sys.argv[1:]
    zone = Zone(name, int(ttl), address)
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind((listen, PORT))
    threading.Thread(target=_serve, args=(listener, zone), daemon=True).start()
    os.write(OUT, b"ready\n")
    for line in sys.stdin:
        zone.address = line.strip()
    os._exit(0)


if __name__ == "__main__":
    main()
