"""Addresses of `bind`, `server`, `log` and the like."""

from __future__ import annotations

import re

from parsers.grammar.haproxy_addresses import read_address

_NUMBERS = r"[0-9]+(?:\.[0-9]+){3,}\Z"
_NEVER_IN_A_NAME = r"[/;,\[\]\\{}()!?\"'=\s]|\.\.|\A-"
_PORT_START = r"[0-9+-]"
_NUMBER = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_PLAIN = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{3}}:([1-9][0-9]{{0,4}})\Z")


def is_plain(text: str) -> bool:
    """Whether it is an IPv4 address with a port, as nearly all are: nothing is wrong with that."""
    plain = _PLAIN.match(text)
    return plain is not None and int(plain[1]) <= 65535


def host_problem(text: str) -> str:
    """Why the host part of an address is invalid, or ""; names are assumed to resolve unless they never can."""
    address = read_address(text)
    host = address.host
    if host is None or address.ip is not None or address.is_wildcard or "$" in host:
        return ""
    if re.match(_NUMBERS, host):
        numbers = [int(part) for part in host.split(".") if len(part) < 9]
        if len(numbers) != 4 or max(numbers) > 255:
            return f"'{host}' is not an IP address"
        return ""
    if "://" in text:
        return f"'{text}' is a URL, not an address"
    if "/" in host and re.match(_NUMBERS, host.partition("/")[0]):
        return f"'{host}' is a network, not an address"
    if "%" in host:
        return ""  # an IPv6 address with an interface
    if ":" in host:
        return f"'{host}' is neither an IPv6 address nor a host name"
    if re.search(_NEVER_IN_A_NAME, host) or address.bracketed:
        return f"'{host}' is neither an address nor a host name"
    if host.rstrip(".").lower().endswith(".invalid"):
        return f"'{host}' never resolves: the domain 'invalid' is reserved for that (RFC 6761)"
    return ""


def port_problem(text: str, *, required: bool = False, several: bool = False) -> str:
    """Why the port part is invalid, or "". `required`: there must be one; `several`: a range is allowed."""
    address = read_address(text)
    if address.kind != "ip" or "$" in text:
        return ""
    port = address.port_text
    if not port:
        return f"'{text}' has no port" if required else ""
    if address.bad_port:
        return f"'{port}' is not a port number" if not re.match(_PORT_START, port) else ""
    if address.offset is not None:
        return f"'{port}' is an offset, which is not allowed here" if required else ""
    start, end = address.port_start or 0, address.port_end or 0
    if max(start, end) > 65535 or (required and start == 0):
        return f"{start if start > 65535 or start == 0 else end} is not a port: it must be from 1 to 65535"
    if "-" in port and (not several or end < start):
        return (
            f"'{port}' is not a valid port range" if several else f"'{port}' is a range, but only one port is allowed"
        )
    return ""
