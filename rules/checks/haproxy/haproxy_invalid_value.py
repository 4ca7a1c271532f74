"""HA034: a value that haproxy refuses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.forms.fitting import form_faults
from rules.support.haproxy.forms.table import has_form
from rules.support.haproxy.values import globals as global_statements
from rules.support.haproxy.values import statements
from rules.support.haproxy.values.binds import binds
from rules.support.haproxy.values.servers import checks_without_port, server_faults, unverified
from rules.support.haproxy.vocabulary import lost_sections

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import Section
    from rules.engine.settings import RuleSettings
    from rules.support.haproxy.forms.faults import Fault

# haproxy ignores these there, with a warning.
_NOT_READ_IN_FRONTENDS = frozenset(("stick",))
_READERS = {
    "global": (global_statements.READERS, "global"),
    **dict.fromkeys(("frontend", "backend", "listen", "defaults"), (statements.READERS, "proxy")),
}


@rule("HA034", "invalid-value", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A number, time, address, port or word that haproxy does not accept in its place, or that is missing.

    Why it hurts: haproxy refuses the file. The rule reports what every version from 2.6 to 3.4 refuses, and values such
    as `maxconn 4k`, which older versions silently read as 4 and newer ones refuse.

    How to fix: the message names the value and what haproxy expects instead.

    Silent when: the value has a variable or a placeholder, or is under a condition; and for what depends on the
    machine: files, users, names to resolve.
    """
    version = settings.haproxy_version
    lost = lost_sections(config).starts
    fine: dict[str, set[str]] = {}
    for section in config.sections:
        end = lost.get(id(section))
        readers, place = _READERS.get(section.keyword, ({}, section.keyword))
        yield from _statements(section, readers, place, end, version, fine.setdefault(place, set()))
    for proxy in (*config.defaults, *config.proxies):
        end = lost.get(id(proxy.section))
        for line, fault in server_faults(proxy, version):
            if end is None or line.start < end:
                yield _hit(fault)
    verify = config.global_.setting("ssl-server-verify")
    unverifiable = verify is None or verify.raw != "none"
    for proxy in config.proxies:
        if id(proxy.section) not in lost and not proxy.disabled:
            yield from _proxy(proxy, unverifiable, version)


def _statements(
    section: Section,
    readers: dict[str, statements.Reader],
    place: str,
    end: int | None,
    version: str | None,
    fine: set[str],
) -> Iterator[Hit]:
    """`fine`: texts of lines that nothing was wrong with; in large files most lines are there many times."""
    for keyword in _read_keywords(tuple(section.index()), section.keyword, place):
        reader = readers.get(keyword)
        for line in section.all(keyword):
            text = line.line_text
            if line.condition is None and (end is None or line.start < end) and text not in fine:
                faults = list(reader(line)) if reader is not None else []
                faults = faults or list(form_faults(place, line, version))
                # What only other releases have is for the rules about newer and removed words.
                yield from (_hit(fault) for fault in faults if not fault.releases)
                if not faults and "$" not in text:
                    fine.add(text)


@lru_cache(256)  # sections of one kind mostly have the same keywords
def _read_keywords(keywords: tuple[str, ...], section: str, place: str) -> tuple[str, ...]:
    readers, _ = _READERS.get(section, ({}, section))
    ignored = _NOT_READ_IN_FRONTENDS if section == "frontend" else ()
    return tuple(k for k in keywords if k not in ignored and (k in readers or has_form(place, k)))


def _proxy(proxy: Proxy, unverifiable: bool, version: str | None) -> Iterator[Hit]:
    yield from (_hit(fault) for fault in binds(proxy, version))
    if proxy.is_backend and proxy.certain:
        yield from (_hit(fault) for fault in checks_without_port(proxy))
        for fault, others in unverified(proxy) if unverifiable else ():
            hit = _hit(fault)
            hit.related = tuple(Related(server.name.span, "this one too") for server in others)
            yield hit


def _hit(fault: Fault) -> Hit:
    return Hit(fault.span, fault.message, help=fault.help, fix=partial(Fix.told, fault.span, fault.help))
