"""A client's resolver: it keeps an answer for as long as its TTL says, as the resolver of a site does."""

from __future__ import annotations

import dns.exception
import dns.resolver

from wizard.rehearsal.programs.api import NAME_SERVER

_PATIENCE = 2.0  # seconds


class Lookup:
    """Asks for the addresses of one family of a name; from any thread."""

    def __init__(self, kind: str) -> None:
        """`kind`: "A" or "AAAA"."""
        self._kind = kind
        self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.nameservers = [NAME_SERVER]
        self._resolver.cache = dns.resolver.LRUCache()

    def address(self, name: str) -> str:
        """Where a name leads; raises OSError when nobody says it."""
        try:
            return str(self._resolver.resolve(name, self._kind, search=False, lifetime=_PATIENCE)[0])
        except dns.exception.DNSException as error:
            raise OSError(f"the name can't be resolved: {error}") from error
