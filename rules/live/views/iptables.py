"""What iptables-save prints, as the rules of nftables that say the same (iptables(8)). Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

_HOOKS = {"PREROUTING": "prerouting", "INPUT": "input"}
_FILTERS = {"raw": -300, "mangle": -150, "filter": 0}  # tables, with their place in the kernel's order
_UNKNOWN: Mapping[str, Any] = {"limit": None}
_TARGETS = ("ACCEPT", "DROP", "REJECT", "RETURN", "QUEUE")
_PLAIN = ("LOG", "NFLOG", "MARK", "CONNMARK", "NOTRACK")


def read_iptables(text: str, family: int) -> Iterator[Mapping[str, Any]]:
    """Chains and rules as `nft -j` would list them; a condition that is not understood may be met or not."""
    name = "ip" if family == 4 else "ip6"
    table = ""
    for line in text.split("\n"):
        if line.startswith("*"):
            table = line[1:].strip()
        elif table not in _FILTERS:
            continue
        elif line.startswith(":"):
            words = line[1:].split()
            if words:
                yield {"chain": _chain(name, table, words)}
        elif line.startswith("-A "):
            yield from _rule(name, table, line)


def _chain(family: str, table: str, words: list[str]) -> Mapping[str, Any]:
    chain: dict[str, Any] = {"family": family, "table": table, "name": words[0]}
    if words[0] in _HOOKS:
        policy = words[1].lower() if len(words) > 1 else "accept"
        chain |= {"type": "filter", "hook": _HOOKS[words[0]], "prio": _FILTERS[table], "policy": policy}
    return chain


def _rule(family: str, table: str, line: str) -> Iterator[Mapping[str, Any]]:
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    if len(words) < 2:
        return
    expressions = list(_expressions(family, words[2:]))
    yield {"rule": {"family": family, "table": table, "chain": words[1], "expr": expressions}}


def _expressions(family: str, words: list[str]) -> Iterator[Mapping[str, Any]]:
    """The conditions in order, then the target, as a target's own options come after it."""
    at, operator = 0, "=="
    while at < len(words):
        word, value = words[at], words[at + 1] if at + 1 < len(words) else ""
        at += 2
        if word == "!":
            operator, at = "!=", at - 1
            continue
        if word in ("-j", "-g"):
            yield _target(word, value)
            return
        left = _selector(family, word)
        if left is not None:
            yield {"match": {"op": operator, "left": left, "right": _value(word, value)}}
        elif word in ("--ctstate", "--state"):
            states = [state.lower() for state in value.split(",")]
            yield {"match": {"op": operator, "left": {"ct": {"key": "state"}}, "right": states}}
        elif not (word == "--comment" or (word == "-m" and value in _PLAIN_MATCHES)):
            yield _UNKNOWN
            at -= 1 if value.startswith("-") else 0  # an option without a value
        operator = "=="


_PLAIN_MATCHES = ("conntrack", "state", "comment", "tcp", "udp", "icmp", "icmp6", "vrrp")  # their options say the rest


def _selector(family: str, word: str) -> Mapping[str, Any] | None:
    if word == "-p":
        return {"meta": {"key": "l4proto"}}
    if word == "-i":
        return {"meta": {"key": "iifname"}}
    field = {"-s": "saddr", "-d": "daddr"}.get(word)
    return None if field is None else {"payload": {"protocol": family, "field": field}}


def _value(word: str, value: str) -> Any:
    if word in ("-s", "-d"):
        address, slash, length = value.partition("/")
        return {"prefix": {"addr": address, "len": length}} if slash else address
    if word == "-i":
        return f"{value[:-1]}*" if value.endswith("+") else value
    return int(value) if value.isascii() and value.isdecimal() else "vrrp" if value == "carp" else value


def _target(word: str, value: str) -> Mapping[str, Any]:
    if value in _TARGETS:
        return {value.lower(): None}
    if value in _PLAIN:
        return {"counter": None}
    return {"goto" if word == "-g" else "jump": {"target": value}}
