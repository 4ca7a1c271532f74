"""Addresses as haproxy reads them: `:6443`, `[::]:6443`, `:::6443`, `ipv4@vip:1-9`, `unix@/x`, `:+1`."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pyparsing import CharsNotIn, Combine, Group, Opt, ParserElement, StringEnd, Word, ZeroOrMore, one_of

from parsers.grammar.common import DIGITS, IPAddress, exact, part, read_ip, rest
from parsers.records import NamedTuple

_TRANSPORTS = ("stream", "dgram", "quic", "tcp", "udp", "mptcp")
_FAMILIES = {"ipv4": 4, "ipv6": 6, "tcp4": 4, "tcp6": 6, "udp4": 4, "udp6": 6, "quic4": 4, "quic6": 6,
             "mptcp4": 4, "mptcp6": 6, "ip": None, "tcp": None, "udp": None, "quic": None, "mptcp": None}  # fmt: skip
_KINDS = {"unix": "unix", "uxst": "unix", "uxdg": "unix", "abns": "abns", "abnsz": "abns", "fd": "fd",
          "sockpair": "sockpair", "rhttp": "rhttp", "rev": "rhttp", "mcast4": "mcast4", "mcast6": "mcast6"}  # fmt: skip
_LONGEST = 2048  # characters of a whole line of haproxy.cfg
_LONGEST_PORT = 20

# The forms that nearly every line has, read without the grammar, which takes a hundred times as long: in a file of
# 100,000 lines every third has an address of its own. `tests/parsers/haproxy/test_addresses.py` holds both together.
_USUAL = re.compile(r"([A-Za-z0-9_.-]*+|\*|\[[0-9A-Fa-f:.]*+\])(?::(\d{1,5}))?\Z", re.ASCII)


class Address(NamedTuple):
    """One address in parts.

    `kind` is "ip" (a host or an address, with or without port), "unix", "abns", "fd", "sockpair" or "rhttp".
    `host` is the text without port and brackets ("" and "*" mean any address), None unless `kind` is "ip";
    `name` is the text after the prefix for the other kinds. `ip` is None for a host name or any address.
    `port_end` equals `port_start` unless a range was given; both are None without a port or with an offset.
    `offset` is N of `:+N` or `:-N`. `port_text` is what follows the last colon; `bad_port` is true when that
    is not a port, range or offset. `family` is 4, 6 or None (unknown, or decided by the resolver).
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


@cache
def _grammar() -> ParserElement:
    """[TRANSPORT+] [FAMILY@] /PATH | [TRANSPORT+] KIND@NAME | [TRANSPORT+] [FAMILY@] HOST [:PORT]"""
    transport = Opt(one_of(_TRANSPORTS) + "+")
    number = Word(DIGITS)
    offset = one_of("+ -")("sign") + number("offset")
    ports = number("start") + Opt("-" + number("end"))
    port = Group((offset | ports) + StringEnd() | rest())("port")
    # The port follows the last colon, unless a `]` comes later.
    before_port = ":" + Opt(CharsNotIn(":]")) + StringEnd()
    host = Combine(ZeroOrMore(~before_port + (CharsNotIn(":") | ":")))("host")
    path = Combine("/" + rest())("path")
    socket = one_of(list(_KINDS))("socket") + "@" + rest()("name")
    internet = Opt(one_of(list(_FAMILIES))("family") + "@") + (path | host + Opt(":" + port))
    return exact(transport + (socket | internet) + StringEnd())


@lru_cache(4096)
def read_address(text: str) -> Address:
    """Take an address apart; any text is accepted, what is not a port shows in `bad_port`.

    The port follows the last colon unless a `]` comes later, so `fd00::1:6443` is port 6443 of fd00::1 and
    `:::6443` is port 6443 of `::`. Measured with haproxy 2.6.12.
    """
    usual = _USUAL.match(text)
    if usual is not None:
        return _internet(usual[1], usual[2] or "", int(usual[2]) if usual[2] else None)
    return read_parts(text)


def read_parts(text: str) -> Address:
    """`read_address` by the grammar, for every text."""
    if len(text) > _LONGEST:
        return _internet(text)
    found = _grammar().parse_string(text)
    if "socket" in found:
        return _named(_KINDS[found["socket"]], part(found, "name"))
    family = part(found, "family")
    if "path" in found:
        return _named("unix", found["path"]) if not family else _internet(found["path"], family=_FAMILIES[family])
    written = "".join(found["port"]) if "port" in found else ""
    address = _internet(part(found, "host"), written, family=_FAMILIES.get(family))
    if not written or len(written) >= _LONGEST_PORT:
        return address._replace(bad_port=bool(written))
    port = found["port"]
    if "offset" in port:
        return address._replace(offset=int(port["sign"] + port["offset"]))
    if "start" in port:
        return address._replace(port_start=int(port["start"]), port_end=int(part(port, "end") or port["start"]))
    return address._replace(bad_port=True)


def _named(kind: str, name: str) -> Address:
    return Address(kind, None, None, None, None, None, "", False, None, False, name)


def _internet(host: str, port_text: str = "", port: int | None = None, family: int | None = None) -> Address:
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    ip = read_ip(host)
    if ip is not None:
        family = ip.version
    elif family is None and host in ("", "*"):
        family = 4
    return Address("ip", host, ip, port, port, None, port_text, False, family, bracketed, "")
