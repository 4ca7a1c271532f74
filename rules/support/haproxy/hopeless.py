"""ACL expressions that no request matches, since its values can't be there (measured with haproxy 2.6.12)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from parsers.records import NamedTuple
from rules.text.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parsers.facts.haproxy import Proxy
    from parsers.tree import Word


class Hopeless(NamedTuple):
    """Why an expression can't match: the word, the reason, and what to type."""

    word: Word
    reason: str
    help: str


_METHODS = frozenset(("get", "post", "put", "delete", "patch", "head", "options", "connect", "trace"))
_SNI = r"(?:req[._]ssl_sni|ssl_fc_sni)(?:_(?:end|beg|dom|sub))?\Z"
_HOST = r"(?:req\.|req)?hdr(?:_(?:beg|end|dom|sub))?\(host\)\Z"
_PATH = r"path(_beg|_end|_sub|_dir)?\Z"
_PORT = r"(\d{1,5})(?:[:-](\d{1,5}))?\Z"
_COMPARES = frozenset(("str", "beg", "end", "dom", "sub"))
_FOR_ANOTHER_SIDE = ("accept-proxy", "transparent", "namespace")


def hopeless(proxy: Proxy, words: Sequence[Word], routes: bool) -> Hopeless | None:
    """Why an ACL expression (fetch, options, values) never matches in this proxy; None if it may, or is not known.

    `routes` says that a `use_backend` line uses it.
    """
    if not words or any(word.dynamic for word in words):
        return None
    fetch = words[0].value
    return _tls(proxy, words[0], routes) or _values(proxy, fetch, words)


def _tls(proxy: Proxy, word: Word, routes: bool) -> Hopeless | None:
    """What TLS says where haproxy ends it, and where it passes it through."""
    fetch = word.value.partition(",")[0].partition("(")[0]
    passed = fetch.startswith(("req.ssl_sni", "req_ssl_sni"))
    if not passed and not (routes and fetch.startswith(("ssl_fc", "ssl_c_", "ssl_f_"))):
        return None
    binds = proxy.binds
    if not binds or any(not b.certain or any(b.option(name) for name in _FOR_ANOTHER_SIDE) for b in binds):
        return None
    if any(address.kind != "ip" for bind in binds for address in bind.addresses):
        return None
    ended = [bind.ssl for bind in binds]
    if passed and all(ended):
        other = "ssl_fc_sni" + fetch[len("req.ssl_sni") :]
        return Hopeless(word, f"haproxy ends TLS in {proxy.label}", f"write '{other}' instead of '{fetch}'")
    if not passed and not any(ended):
        advice = "remove the line, or end TLS on the 'bind' line"
        if fetch.startswith("ssl_fc_sni"):
            advice = f"write 'req.ssl_sni{fetch[len('ssl_fc_sni') :]}' instead of '{fetch}'"
        return Hopeless(word, f"{proxy.label} does not end TLS", advice)
    return None


def _values(proxy: Proxy, fetch: str, words: Sequence[Word]) -> Hopeless | None:
    reason = _reader(proxy, fetch)
    if reason is None:
        return None
    values = _compared(words)
    found = [reason(value) for value in values]
    first = next((entry for entry in zip(values, found, strict=True) if entry[1] is not None), None)
    if first is None or None in found or first[1] is None:
        return None
    return Hopeless(first[0], *first[1])


def _reader(proxy: Proxy, fetch: str) -> Callable[[Word], tuple[str, str] | None] | None:
    """What judges the values that this fetch is compared with."""
    if re.match(_PATH, fetch):
        return lambda word: _path(fetch, word.value)
    if fetch == "method":
        return lambda word: _method(word.value)
    if re.match(_HOST, fetch):
        return lambda word: _name(word.value, "a Host header", "/*")
    if re.match(_SNI, fetch):
        return lambda word: _name(word.value, "an SNI", "/*:")
    if fetch == "dst_port":
        ports = _bound(proxy)
        return (lambda word: _port(word.value, ports)) if ports else None
    return None


def _compared(words: Sequence[Word]) -> Sequence[Word]:
    """The values; none if they are in a file, or compared in another way."""
    at = 1
    while at < len(words) and words[at].value.startswith("-"):
        flag = words[at].value
        if flag == "--":
            return words[at + 1 :]
        if flag == "-m" and at + 1 < len(words) and words[at + 1].value in _COMPARES:
            at += 2
        elif flag in ("-i", "-n"):
            at += 1
        else:
            return ()
    return words[at:]


def _path(fetch: str, text: str) -> tuple[str, str] | None:
    if "?" in text:
        return f"a path ends before the '?', and '{text}' has one", f"write '{text.partition('?')[0] or '/'}'"
    if fetch in ("path", "path_beg") and text and text[0] not in "/*":
        return f"a path begins with '/', and '{text}' does not", f"write '/{text}'"
    return None


def _method(text: str) -> tuple[str, str] | None:
    if text not in _METHODS:
        return None
    return f"methods are in capital letters, and '{text}' is not", f"write '{text.upper()}'"


def _name(text: str, what: str, marks: str) -> tuple[str, str] | None:
    mark = next((mark for mark in marks if mark in text), None)
    if mark is None:
        if what == "an SNI" and read_ip(text) is not None:
            return (
                f"{what} is a name, and '{text}' is an address: clients send none then",
                "use the name of the endpoint",
            )
        return None
    bare = re.sub(r"^\w*:?//", "", text).partition("/")[0]
    if ":" in marks:
        bare = bare.partition(":")[0]
    if mark == "*":
        bare = bare.lstrip("*")
        return f"{what} has no '*', and it is no pattern here", f"write '-m end {bare}' instead of '{text}'"
    return f"{what} has no '{mark}', and '{text}' has one", f"write '{bare}'"


def _bound(proxy: Proxy) -> list[tuple[int, int]]:
    """The ports that clients can have reached the proxy on; none if that is not known."""
    if not proxy.is_frontend or any(
        w.value.startswith("set-dst") for line in proxy.all("tcp-request") for w in line.args
    ):
        return []
    ports = []
    for bind in proxy.binds:
        if not bind.certain or any(bind.option(name) for name in _FOR_ANOTHER_SIDE):
            return []
        for address in bind.addresses:
            if address.kind != "ip" or address.port_start is None or address.port_end is None:
                return []
            ports.append((address.port_start, address.port_end))
    return ports


def _port(text: str, ports: list[tuple[int, int]]) -> tuple[str, str] | None:
    match = re.match(_PORT, text)
    if match is None:
        return None
    low, high = int(match[1]), int(match[2] or match[1])
    if any(first <= high and low <= last for first, last in ports):
        return None
    bound = listed(str(first) if first == last else f"{first}-{last}" for first, last in ports)
    return f"the section listens on {bound}, not on {text}", f"write '{ports[0][0]}', or bind the port too"
