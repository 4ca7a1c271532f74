"""The types of sample expressions: what converters take, and which match methods fit (2.6.12 to 3.2.26)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.keywords.haproxy_samples import types, wanted_types
from rules.support.haproxy.removed import is_later

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.keywords.haproxy import HaproxyKeyword

UNKNOWN = frozenset(("any",))
"""The types of what is not known, which fit everywhere."""

# A type -> the other types that haproxy makes of it; every type can be "any", and "any" every type.
_CASTS = {
    "bool": "bool sint str bin",
    "sint": "bool sint addr ipv4 ipv6 str bin",
    "addr": "addr ipv4 ipv6 str bin",
    "ipv4": "sint addr ipv4 ipv6 str bin",
    "ipv6": "addr ipv4 ipv6 str bin",
    "str": "bool sint addr ipv4 ipv6 str bin meth",
    "bin": "str bin meth",
    "meth": "str bin meth",
}
_NAMES = {
    "bool": "a boolean", "sint": "a number", "addr": "an address", "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address", "str": "a text", "bin": "binary data", "meth": "an HTTP method",
}  # fmt: skip
# What a value has to become for a match method; "found" takes everything.
_METHODS = {"bool": "sint", "int": "sint", "ip": "addr", "bin": "bin"}
# Types for which haproxy chooses the match method by itself.
_OWN_METHOD = frozenset(("bool", "sint", "addr", "ipv4", "ipv6", "str"))
_LAST_WITHOUT_ADDRESSES = "2.8"  # 2.9 made values of type "addr" usable


def named(kinds: Iterable[str]) -> str:
    """What messages call a type: `a number`."""
    return " or ".join(dict.fromkeys(_NAMES.get(kind, kind) for kind in kinds))


def fits(kinds: Iterable[str], wanted: Iterable[str], version: str | None) -> bool:
    """Whether haproxy can make one of the wanted types of one of these; "any" and "same" are nothing to refuse."""
    goals = set(wanted)
    if goals & {"any", "same"}:
        return True
    for kind in kinds:
        if kind in ("any", "same"):
            return True
        if kind == "addr" and version is not None and not is_later(version, _LAST_WITHOUT_ADDRESSES):
            continue
        if goals.intersection(_CASTS[kind].split()):
            return True
    return False


def after(kinds: frozenset[str], converter: HaproxyKeyword | None, version: str | None) -> frozenset[str]:
    """The types behind a converter; an unknown one may give anything."""
    if converter is None:
        return UNKNOWN
    given = frozenset(types(converter, version))
    if "same" in given:
        wanted = frozenset(wanted_types(converter, version)) - UNKNOWN
        return (given - {"same"}) | kinds | wanted
    return given if given - {""} else UNKNOWN


def has_own_method(kinds: frozenset[str]) -> bool:
    """Whether haproxy knows how to compare these without `-m`."""
    return bool(kinds & _OWN_METHOD)


def takes_method(kinds: frozenset[str], method: str, version: str | None) -> bool:
    """Whether a match method (a word after `-m`) fits."""
    return method == "found" or fits(kinds, (_METHODS.get(method, "str"),), version)
