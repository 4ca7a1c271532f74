"""`acl` lines and anonymous ACLs: names, addresses and ports to compare with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from rules.support.haproxy.forms.faults import Fault

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

_BAD_IN_NAME = r"[^A-Za-z0-9_.:-]"
_ADDRESS_FETCHES = frozenset(("src", "dst"))
_PORT_FETCHES = frozenset(("dst_port", "src_port"))
_OPERATORS = frozenset(("eq", "ge", "gt", "le", "lt"))
_NEVER_IN_A_NAME = r"[:;,@/]"
_NUMBERS = r"[0-9]{1,9}(?:\.[0-9]{1,9}){3,9}\Z"
_PORTS = r"-?[0-9]*(?:[:-][0-9]*)?\Z"


def acl(line: HaproxyLine) -> Iterator[Fault]:
    """`acl NAME FETCH [FLAGS] VALUES`."""
    args = line.args
    if len(args) < 2:
        yield Fault(line.span, "'acl' needs a name and a condition", "write 'acl NAME src 10.0.0.0/8'")
        return
    name = args[0]
    bad = re.search(_BAD_IN_NAME, name.value)
    if bad and not name.dynamic:
        message = f"character '{bad.group()}' is not allowed in the ACL name '{name.value}'"
        yield Fault(name.span, message, "use only letters, digits and . : _ -")
    if name.value == "or":
        yield Fault(
            name.span, "'or' can't be the name of an ACL: in conditions it stands between them", "write another name"
        )
    if args[1].value in _ADDRESS_FETCHES or args[1].value in _PORT_FETCHES:
        yield from patterns(args[1], args[2:])


def patterns(fetch: Word, words: Sequence[Word]) -> Iterator[Fault]:
    """The values that an address or a port is compared with."""
    if any(word.dynamic for word in words):
        return
    for word in words:
        text = word.value
        if text.startswith("-") and not text[1:].isdecimal():
            return  # a flag: the values may come from a file, or be matched in another way
        if fetch.value in _ADDRESS_FETCHES:
            problem = _network_problem(text)
        elif text in _OPERATORS or re.match(_PORTS, text):
            problem = ""
        else:
            problem = f"'{text}' is not a port"
        if problem:
            example = "10.0.0.0/8" if fetch.value in _ADDRESS_FETCHES else "1024:65535"
            yield Fault(word.span, f"'{fetch.value} {text}': {problem}", f"write, for example, '{example}'")


def _network_problem(text: str) -> str:
    address, slash, prefix = text.partition("/")
    ip = read_ip(address)
    if ip is None:
        # Host names are resolved when haproxy starts and can't be checked here.
        numbers = [int(part) for part in address.split(".")] if re.match(_NUMBERS, address) else []
        wrong = (numbers and (len(numbers) != 4 or max(numbers) > 255)) or re.search(_NEVER_IN_A_NAME, text)
        return f"'{text}' is not an IP address or a network" if wrong else ""
    if slash and prefix.isdecimal() and len(prefix) < 9 and int(prefix) > ip.max_prefixlen:
        return f"the prefix length can't be more than {ip.max_prefixlen}"
    return ""
