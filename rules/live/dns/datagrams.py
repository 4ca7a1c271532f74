"""Connected UDP sockets: they receive from one address only, and notice if nothing listens there."""

from __future__ import annotations

import socket

from rules.live.observations import IPAddress


def connected_udp(address: IPAddress, port: int) -> socket.socket:
    """A non-blocking UDP socket connected to one address and port. Connecting sends no packet.

    Raises OSError if there is no route to the address.
    """
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        if address.version == 6:
            scope = socket.if_nametoindex(address.scope_id) if address.scope_id else 0
            sock.connect((str(address).partition("%")[0], port, 0, scope))
        else:
            sock.connect((str(address), port))
    except BaseException:
        sock.close()
        raise
    return sock


def has_route(address: IPAddress) -> bool:
    """Whether this machine has a route to the address; no packet is sent."""
    try:
        connected_udp(address, 53).close()
    except OSError:
        return False
    return True
