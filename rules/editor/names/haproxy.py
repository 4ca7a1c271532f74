"""The names in haproxy.cfg: proxies, servers, ACLs, and sections such as userlists and resolvers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.keywords.haproxy_samples import sample_table, signatures
from rules.editor.names.occurrences import NameKey, Occurrence, part_of
from rules.support.haproxy.acl_terms import BUILT_IN, CONDITIONAL, condition_of
from rules.support.haproxy.references import references

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Directive, Word

PROXY = "proxy"
"""Frontends, backends and listen sections: their names are one set, and so are those of their stick tables."""
_PROXY_SECTIONS = frozenset(("frontend", "backend", "listen"))
_NAMED = frozenset(
    ("userlist", "resolvers", "peers", "cache", "http-errors", "fcgi-app", "ring", "mailers", "log-profile")
)
_CALL = re.compile(r"([A-Za-z0-9_.]+)\(([^()]*)\)")
_KINDS = {"b": PROXY, "f": PROXY, "t": PROXY, "v": "server", "u": "userlist"}
_SERVERS = ("server", "server-template")


def occurrences(config: HaproxyConfig) -> Iterator[Occurrence]:
    """Every place with a name in the files of one haproxy."""
    for section in config.sections:
        if section.keyword in _NAMED and section.name is not None:
            yield Occurrence(
                NameKey(section.keyword, section.name.value), section.name.span, section.span, defines=True
            )
    for proxy in (*config.defaults, *config.proxies):
        yield from _header(proxy)
        yield from _routes(proxy)
        yield from _acls(proxy)
        yield from _servers(config, proxy)
        yield from _others(proxy)
        yield from _expressions(config, proxy)
    for section in config.global_.sections:
        yield from (found for line in section.all("log") for found in _rings(line))


def _header(proxy: Proxy) -> Iterator[Occurrence]:
    section = proxy.section
    if section.name is not None:
        kind = "defaults" if proxy.kind == "defaults" else PROXY
        yield Occurrence(NameKey(kind, section.name.value), section.name.span, section.span, defines=True)
    if section.from_name is not None:
        yield Occurrence(NameKey("defaults", section.from_name.value), section.from_name.span, section.span)


def _routes(proxy: Proxy) -> Iterator[Occurrence]:
    for keyword in ("default_backend", "use_backend"):
        for line in proxy.all(keyword):
            if line.args and "%[" not in line.args[0].value:
                yield _named(PROXY, line.args[0], line)


def _named(kind: str, word: Word, line: HaproxyLine, owner: str = "") -> Occurrence:
    return Occurrence(NameKey(kind, word.value, owner), word.span, line.span)


def _acls(proxy: Proxy) -> Iterator[Occurrence]:
    for line in proxy.all("acl"):
        if line.args:
            word = line.args[0]
            yield Occurrence(NameKey("acl", word.value, proxy.label), word.span, line.span, defines=True)
    for keyword in CONDITIONAL:
        for line in proxy.all(keyword):
            condition = condition_of(line)
            for word, name in condition.names if condition is not None else ():
                span = part_of(word, name)
                if name not in BUILT_IN and span is not None:
                    yield Occurrence(NameKey("acl", name, _owner_of_acl(proxy, name)), span, line.span)


def _owner_of_acl(proxy: Proxy, name: str) -> str:
    """The section that defines an ACL for a proxy: its own, or the `defaults` that it inherits from."""
    at: Proxy | None = proxy
    while at is not None:
        if any(line.first_arg == name for line in at.all("acl")):
            return at.label
        at = at.defaults
    return proxy.label


def _servers(config: HaproxyConfig, proxy: Proxy) -> Iterator[Occurrence]:
    if not proxy.is_backend:
        return
    for keyword in _SERVERS:
        for line in proxy.all(keyword):
            if line.args:
                word = line.args[0]
                yield Occurrence(NameKey("server", word.value, proxy.label), word.span, line.span, defines=True)
    for line in proxy.all("use-server"):
        if line.args and "%[" not in line.args[0].value:
            yield _named("server", line.args[0], line, proxy.label)
    for server in proxy.servers:
        track = server.option("track")
        if track is not None and track.origin is None:
            for word in server.directive.words:
                if word.start == track.span.start:
                    yield from _server_name(config, proxy, word, track.raw, server.directive, 0)


def _server_name(
    config: HaproxyConfig, proxy: Proxy, word: Word, name: str, line: Directive, after: int
) -> Iterator[Occurrence]:
    """`SERVER` or `BACKEND/SERVER`."""
    owner, slash, server = name.rpartition("/")
    holder = config.backend(owner) if slash else proxy
    if slash:
        span = part_of(word, owner, after)
        if span is not None:
            yield Occurrence(NameKey(PROXY, owner), span, line.span)
        after += len(owner) + 1
    span = part_of(word, server, after)
    if span is not None and holder is not None:
        yield Occurrence(NameKey("server", server, holder.label), span, line.span)


def _others(proxy: Proxy) -> Iterator[Occurrence]:
    for line, (kind, name, word) in references(proxy.section):
        span = part_of(word, name, word.span.text.find("(") + 1)
        if span is not None:
            yield Occurrence(NameKey(kind, name), span, line.span)
    for line in proxy.all("default-server"):
        yield from _after(line, "resolvers", "resolvers")
    for line in proxy.all("email-alert"):
        yield from _after(line, "mailers", "mailers")
    for keyword in ("stick", "tcp-request", "http-request", "http-response", "tcp-response"):
        for line in proxy.all(keyword):
            yield from _after(line, "table", PROXY)
    for line in proxy.all("log"):
        yield from _rings(line)


def _after(line: HaproxyLine, word: str, kind: str) -> Iterator[Occurrence]:
    """The name after a word among the arguments; of `PEERS/TABLE` it is the section's."""
    args = line.args
    for before, value in pairwise(args):
        if before.value == word and not value.dynamic:
            owner, slash, _ = value.value.partition("/")
            span = part_of(value, owner)
            if span is not None:
                yield Occurrence(NameKey("peers" if slash else kind, owner), span, line.span)


def _rings(line: HaproxyLine) -> Iterator[Occurrence]:
    if line.first_arg.startswith("ring@"):
        word = line.args[0]
        span = part_of(word, word.value.removeprefix("ring@"), len("ring@"))
        if span is not None:
            yield Occurrence(NameKey("ring", span.text), span, line.span)


def _expressions(config: HaproxyConfig, proxy: Proxy) -> Iterator[Occurrence]:
    """`nbsrv(backend)`, `http_auth(userlist)`, `srv_is_up(backend/server)`."""
    known = _fetches_of_names()
    for line in proxy.section.directives:
        if "(" not in line.line_text:
            continue
        for word in line.args:
            for call in _CALL.finditer(word.span.text) if "(" in word.value else ():
                for letter, (start, name) in zip(known.get(call[1], ""), _arguments(call), strict=False):
                    kind = _KINDS.get(letter)
                    if kind == "server":
                        yield from _server_name(config, proxy, word, name, line, start)
                    elif kind is not None and name:
                        key = _table_or(kind, letter, name)
                        span = part_of(word, key.name, start)
                        if span is not None:
                            yield Occurrence(key, span, line.span)


def _table_or(kind: str, letter: str, name: str) -> NameKey:
    """The stick table of a peers section is `PEERS/TABLE`."""
    owner, slash, _ = name.partition("/")
    return NameKey("peers", owner) if letter == "t" and slash else NameKey(kind, name)


def _arguments(call: re.Match[str]) -> Sequence[tuple[int, str]]:
    """The arguments with their offsets in the word."""
    found, at = [], call.start(2)
    for text in call[2].split(","):
        found.append((at, text.strip()))
        at += len(text) + 1
    return found


@lru_cache(1)
def _fetches_of_names() -> dict[str, str]:
    """Fetches and converters that take names -> the letters of their arguments."""
    found = {}
    table = sample_table()
    for block in (table.fetches, table.converters):
        for name, entry in block.entries.items():
            for signature in signatures(entry, None):
                if any(letter in _KINDS for letter in signature.letters):
                    found[name] = signature.letters
    return found
