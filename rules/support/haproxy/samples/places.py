"""Where sample expressions, ACL expressions and log formats stand in the lines of a haproxy.cfg."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules.support.haproxy.acl_terms import CONDITIONAL
from rules.support.haproxy.samples.kinds import ACL, SamplePlace

if TYPE_CHECKING:
    from collections.abc import Collection

    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.facts.haproxy.section import ProxySection
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

_FORMATS = ("log-format", "log-format-sd", "error-log-format", "unique-id-format")
_RULES = ("http-request", "http-response", "http-after-response", "tcp-request", "tcp-response")
_SERVERS = ("server", "server-template", "default-server")
_READ = frozenset(
    (
        *_FORMATS,
        *_RULES,
        *_SERVERS,
        "balance",
        "stick",
        "use-server",
        "use_backend",
        "http-check",
        "tcp-check",
        "http-error",
    )
)
# Rules -> the bits of a frontend, and those of a backend. Measured with haproxy 2.6.12.
_COLUMNS = {
    "http-request": (1 << 3, 1 << 7),
    "http-response": (1 << 16, 1 << 12),
    "http-after-response": (1 << 16, 1 << 12),
    "tcp-request connection": (1 << 0, 0),
    "tcp-request session": (1 << 1, 0),
    "tcp-request content": (1 << 2, 1 << 6),
    "tcp-response content": (1 << 15, 1 << 11),
    "redirect": (1 << 3, 1 << 7),
    "use_backend": (1 << 5, 0),
    "use-server": (0, 1 << 9),
    "balance": (0, 1 << 9),
    "stick": (0, 1 << 9),
    "stick store-response": (0, 1 << 14),
    "server": (0, 1 << 10),
    "http-check": (0, 1 << 19),
    "tcp-check": (0, 1 << 19),
    "unique-id-format": (1 << 3, 0),
    **dict.fromkeys(("log-format", "log-format-sd", "error-log-format"), (1 << 18, 0)),
}
_ANY = frozenset(("acl", *_READ, *CONDITIONAL))
_REPLACED = (*_FORMATS, "balance")
_READ_LAST = ("use_backend", "use-server", *_SERVERS)
# A line that has none of these words or signs has no expression; of those in `_ALWAYS`, each has one.
_SIGN = re.compile(r"[{%(]|track-sc|[ \t](?:status-code|capture|set-|pause|sni[ \t]|pool-conn-name[ \t])")
_SIGNS = ("{", "%", "(", "track-sc", "status-code", "capture", "set-", "pause", "sni", "pool-conn-name")
_ALWAYS = frozenset(("acl", "balance", "stick"))
_LOG_OPTIONS = frozenset(("httplog", "httpslog", "tcplog"))


def sample_lines(
    proxy: Proxy, in_force: Collection[int], known: Collection[str] = ()
) -> Iterator[tuple[HaproxyLine, list[SamplePlace]]]:
    """The lines of a proxy with expressions that haproxy reads, keyword by keyword.

    Left out are lines under a condition, and those whose text is one of the `known` ones. `in_force` is what
    `lines_in_force` returns. Measured with 2.6.12: haproxy reads some settings only when it has read
    all of the file, and never those of a disabled proxy or those that a later line replaces.
    """
    section = proxy.section
    text = section.text
    signs = any(sign in text for sign in _SIGNS)
    for keyword in section.index():
        if keyword not in _ANY or not (signs or keyword in _ALWAYS):
            continue
        if keyword == "stick" and not proxy.is_backend:
            continue
        if keyword == "default-server" and not _is_inherited(proxy):
            continue
        read = keyword in _READ and not (proxy.disabled and keyword in _READ_LAST)
        for line in section.all(keyword):
            if keyword in _REPLACED and id(line) not in in_force:
                continue
            if line.condition is not None or not (keyword in _ALWAYS or line.search(_SIGN)) or line.line_text in known:
                continue
            places = [place if place.kind == ACL else _placed(place, line, proxy) for place in _places(line, read)]
            if places:
                yield line, places


def _placed(place: SamplePlace, line: HaproxyLine, proxy: Proxy) -> SamplePlace:
    rules = rules_of(line)
    return place._replace(where=0 if place.anywhere else columns(rules, proxy), rules=rules)


def _is_inherited(proxy: Proxy) -> bool:
    """Whether a server has what the only `default-server` line says: haproxy reads it with the server."""
    lines = proxy.section.all("server")
    return len(proxy.section.all("default-server")) == 1 and any(" sni " not in line.line_text for line in lines)


def profile_places(config: HaproxyConfig) -> Iterator[SamplePlace]:
    """The formats of log profiles (haproxy 3.1)."""
    for section in (section for sections in config.named("log-profile").values() for section in sections):
        for line in section.all("on"):
            if line.condition is None and "%" in line.line_text:
                from rules.support.haproxy.samples.words import places_in

                yield from places_in("on", line.args)


def rules_of(line: HaproxyLine) -> str:
    """`http-request`, `tcp-request content`: what decides about the fetches that can be used."""
    keyword = line.keyword
    if keyword in ("tcp-request", "tcp-response") or (keyword == "stick" and line.first_arg == "store-response"):
        return f"{keyword} {line.first_arg}"
    return "server" if keyword in _SERVERS else keyword


def columns(rules: str, proxy: Proxy) -> int:
    """The bits that a fetch must have one of, in lines of this kind (`rules_of`); 0 if that is not known."""
    front, back = _COLUMNS.get(rules, (0, 0))
    return (front if proxy.is_frontend else 0) | (back if proxy.is_backend else 0)


def lines_in_force(config: HaproxyConfig) -> frozenset[int]:
    """`id(line)` of the log formats and `balance` lines that a proxy has in the end, its own or inherited ones."""
    found: set[int] = set()
    replaced = config.used(_REPLACED)
    for proxy in config.proxies:
        for keyword in () if proxy.disabled else replaced:
            if proxy.is_frontend or keyword not in ("log-format", "log-format-sd"):
                line = _last(proxy, keyword)
                if line is not None:
                    found.add(id(line))
    return frozenset(found)


def _last(proxy: ProxySection, keyword: str) -> HaproxyLine | None:
    """The line of this keyword that counts, unless an option for logs may replace it."""
    owners: list[ProxySection] = [proxy]
    while not owners[-1].has(keyword):
        above = owners[-1].defaults
        if above is None:
            return None
        owners.append(above)
    if keyword == "log-format" and any(
        line.first_arg in _LOG_OPTIONS for owner in owners for line in owner.all("option")
    ):
        return None
    return owners[-1].get(keyword)


def _places(line: HaproxyLine, read: bool) -> Iterator[SamplePlace]:
    args = line.args
    if line.keyword == "acl":
        if len(args) > 1:
            yield SamplePlace(ACL, args[1:])
        return
    end = next((at for at, word in enumerate(args) if word.value in ("if", "unless") and not word.quoted), len(args))
    if line.keyword not in CONDITIONAL:
        end = len(args)
    if read:
        from rules.support.haproxy.samples.words import places_in

        yield from places_in(line.keyword, args[:end])
    yield from _anonymous(args[end + 1 :])


def _anonymous(words: Sequence[Word]) -> Iterator[SamplePlace]:
    """The ACL expressions in braces; one that is not closed is another rule's matter."""
    start = None
    for at, word in enumerate(words):
        if start is None:
            if word.value.lstrip("!") == "{":
                start = at + 1
        elif word.value == "}":
            if at > start:
                yield SamplePlace(ACL, words[start:at])
            start = None
