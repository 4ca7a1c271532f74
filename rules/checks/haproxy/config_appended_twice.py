"""HA028: two sections or two servers with the same name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.removed import is_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server
    from parsers.haproxy import Section
    from parsers.tree import Directive, Word
    from rules.engine.settings import RuleSettings

_UNIQUE = frozenset(("resolvers", "peers", "mailers", "cache", "ring", "http-errors", "fcgi-app"))


@rule("HA028", "config-appended-twice", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """Two sections of one kind, or two servers of one backend, have the same name.

    Why it hurts: haproxy refuses the file: "has the same name as ...", "another server named ..." (2.6 to 3.4). The
    usual cause is a guide's `cat >> haproxy.cfg` that was run twice, or a copied server line. A `listen` section may
    not share its name with a frontend or a backend; a frontend and a backend with the same name are accepted up to
    haproxy 3.2.

    How to fix: remove the second copy, or give it a different name.

    Silent when: one of the two is under a condition, or its name depends on a variable.
    """
    version = settings.haproxy_version
    yield from _proxies(config, one_side_each=version is None or not is_later(version, "3.2"))
    yield from _sections(config)
    for backend in config.backends:
        if len(backend.servers) > 1:
            yield from _servers(backend)


def _proxies(config: HaproxyConfig, one_side_each: bool) -> Iterator[Hit]:
    """`one_side_each`: a frontend and a backend may share a name."""
    first_of: dict[tuple[str, str], Proxy] = {}
    for proxy in config.proxies:
        name = proxy.section.name
        if name is None or name.dynamic or proxy.section.condition is not None:
            continue
        sides = ["any"]
        if one_side_each:
            sides = [side for side, on in (("front", proxy.is_frontend), ("back", proxy.is_backend)) if on]
        first = next((found for side in sides if (found := first_of.get((side, name.value)))), None)
        for side in sides:
            first_of.setdefault((side, name.value), proxy)
        if first is not None and first.section.name is not None:
            yield _section_hit(proxy.section, name, first.section, first.section.name)


def _sections(config: HaproxyConfig) -> Iterator[Hit]:
    first_of: dict[tuple[str, str], Section] = {}
    for section in config.sections:
        name = section.name
        if section.keyword not in _UNIQUE or name is None or name.dynamic or section.condition is not None:
            continue
        first = first_of.setdefault((section.keyword, name.value), section)
        if first is not section and first.name is not None:
            yield _section_hit(section, name, first, first.name)


def _section_hit(section: Section, name: Word, first: Section, first_name: Word) -> Hit:
    return Hit(
        name.span,
        f"{section.label} has the same name as {first.label} on line {first_name.span.line}; haproxy refuses the file",
        help="remove the second copy, or give it a different name",
        note="name already used",
        related=[(first_name.span, "first used here")],
        fix=partial(_without, (section.header, *section.directives), (first.header, *first.directives)),
    )


def _without(copy: Sequence[Directive], first: Sequence[Directive]) -> Fix | None:
    """Remove the second of two that are the same, word for word."""
    if [[w.value for w in line.words] for line in copy] != [[w.value for w in line.words] for line in first]:
        return None
    if any(line.condition is not None for line in (*copy, *first)):
        return None
    return Fix.remove(*(line.span for line in copy), title="remove the second copy")


def _servers(backend: Proxy) -> Iterator[Hit]:
    first_of: dict[str, Server] = {}
    for server in backend.servers:
        name = server.name_text
        if server.template or not name:
            continue
        first = first_of.setdefault(name, server)
        if first is not server and server.name.known and first.name.known:
            yield Hit(
                server.name.span,
                f"server '{name}' of {backend.label} has the same name as the server on line {first.span.line}; "
                "haproxy refuses the file",
                help="remove the second copy, or give it a different name",
                note="name already used",
                related=[(first.name.span, "first used here")],
                fix=partial(_without, [server.directive], [first.directive]),
            )
