"""Addresses as haproxy reads them: `:6443`, `[::]:6443`, `:::6443`, `ipv4@vip:1-9`, `unix@/x`, `:+1`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pyparsing import Regex

from parsers.grammar.common import IPAddress, match_of, read_ip

_FAMILIES = {"ipv4": 4, "ipv6": 6, "tcp4": 4, "tcp6": 6, "udp4": 4, "udp6": 6, "quic4": 4, "quic6": 6,
             "mptcp4": 4, "mptcp6": 6, "ip": None, "tcp": None, "udp": None, "quic": None, "mptcp": None}  # fmt: skip
_NAMED = ("unix", "uxst", "uxdg", "uxst", "abns", "abnsz", "fd", "sockpair", "rhttp", "rev", "mcast4", "mcast6")

_ADDRESS = Regex(
    r"(?:(?:stream|dgram|quic|tcp|udp|mptcp)\+)?(?:(" + "|".join([*_FAMILIES, *_NAMED]) + r")@)?(?:(/.*)|(.*))\Z",
    flags=re.DOTALL,
    as_match=True,
)
_PORT = re.compile(r"(?:([+-])(\d+)|(\d+)(?:-(\d+))?)\Z", re.ASCII)


class Address(NamedTuple):
    """One address in parts.

    `kind` is "ip" (a host or an address, with or without port), "unix", "abns", "fd", "sockpair" or "rhttp".
    `host` is the text without port and brackets ("" and "*" mean any address), None unless `kind` is "ip";
    `name` is the text behind the prefix for the other kinds. `ip` is None for a host name or any address.
    `port_end` equals `port_start` unless a range was given; both are None without a port or with an offset.
    `offset` is N of `:+N` or `:-N`. `port_text` is what stands behind the last colon; `bad_port` is true when that
    is no port, range or offset. `family` is 4, 6 or None (unknown, or decided by the resolver).
    """

    kind: str
    host: str | None
    ip: IPAddress | None
    port_start: int | None
    port_end: int | None
    offset: int | None
    port_text: str
    bad_port: bool
    family: int | None
    bracketed: bool
    name: str

    @property
    def is_wildcard(self) -> bool:
        """Whether it stands for every address of the machine."""
        return self.host in ("", "*") or (self.ip is not None and self.ip.is_unspecified)


@lru_cache(4096)
def read_address(text: str) -> Address:
    """Take an address apart; any text is accepted, what is not a port shows in `bad_port`.

    The port stands behind the last colon unless a `]` comes later, so `fd00::1:6443` is port 6443 of fd00::1 and
    `:::6443` is port 6443 of `::`. Measured with haproxy 2.6.12.
    """
    match = match_of(_ADDRESS, text)
    prefix = (match[1] or "") if match else ""
    path = match[2] if match else None
    rest = (match[3] or "") if match else text
    if path is not None and prefix in ("", "unix", "uxst", "uxdg"):
        return Address("unix", None, None, None, None, None, "", False, None, False, path)
    if prefix in _NAMED:
        kind = {"uxst": "unix", "uxdg": "unix", "abnsz": "abns", "rev": "rhttp"}.get(prefix, prefix)
        return Address(kind, None, None, None, None, None, "", False, None, False, path or rest)
    return _internet(rest, _FAMILIES.get(prefix))


def _internet(text: str, family: int | None) -> Address:
    colon, bracket = text.rfind(":"), text.rfind("]")
    host, port = (text[:colon], text[colon + 1 :]) if colon > bracket else (text, "")
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    ip = read_ip(host)
    if ip is not None:
        family = ip.version
    elif family is None and host in ("", "*"):
        family = 4
    start = end = offset = None
    found = _PORT.match(port) if len(port) < 20 else None
    if found and found[1]:
        offset = int(found[2]) * (1 if found[1] == "+" else -1)
    elif found:
        start = int(found[3])
        end = int(found[4]) if found[4] else start
    return Address("ip", host, ip, start, end, offset, port, bool(port) and not found, family, bracketed, "")
