"""What the sections of a file mean, to compare before and after a merge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from parsers.facts.haproxy import HaproxyConfig, Proxy
from parsers.haproxy.sections import Section
from parsers.source import Span
from parsers.tree import Problem
from rules.text import clipped
from wizard.merge.sections import header, line_of

Words = tuple[str | None, ...]  # a statement's words as they are in the file, and its condition


class Meaning(NamedTuple):
    """A section's own statements, and those of the `defaults` it inherits from, the nearest first."""

    own: tuple[Words, ...]
    inherited: tuple[tuple[Words, ...], ...]
    certain: bool


class Meanings:
    """The meanings of one configuration's sections."""

    def __init__(self, config: HaproxyConfig) -> None:
        self.config = config
        self._proxies: dict[int, Proxy] = {id(proxy.section): proxy for proxy in (*config.proxies, *config.defaults)}
        self._statements: dict[int, tuple[Words, ...]] = {}

    def of(self, section: Section) -> Meaning:
        """The meaning of one section; comments and spaces mean nothing."""
        chain: list[tuple[Words, ...]] = []
        certain = section.condition is None
        parent = self.proxy(section)
        while parent is not None:
            certain = certain and parent.defaults_known
            parent = parent.defaults if isinstance(parent.defaults, Proxy) else None
            if parent is not None:
                chain.append(self._own(parent.section))
        return Meaning(self._own(section), tuple(chain), certain)

    def proxy(self, section: Section) -> Proxy | None:
        """The section as a proxy, or None if it is not one."""
        return self._proxies.get(id(section))

    def parent(self, section: Section) -> Section | None:
        """The `defaults` that the section inherits from."""
        proxy = self.proxy(section)
        return proxy.defaults.section if proxy and proxy.defaults else None

    def _own(self, section: Section) -> tuple[Words, ...]:
        found = self._statements.get(id(section))
        if found is None:
            lines = [section.header, *section.directives]
            found = tuple((*(word.span.text for word in line.words), line.condition) for line in lines)
            self._statements[id(section)] = found
        return found


def changed(
    before: Meanings, after: Meanings, foreign: Sequence[tuple[Section, Section]], own: Sequence[Section]
) -> Iterator[Problem]:
    """The other sections that would mean something else: `foreign` pairs them, `own` are halb's in the old file.

    A section changes when the `defaults` changes that it inherits from, and a route is lost when its backend goes.
    """
    ids = {id(section) for section in own}
    for old, new in foreign:
        if before.of(old) != after.of(new):
            yield _changed(before, old, ids)
        else:
            yield from _lost_routes(before, after, old, new)


def _changed(before: Meanings, section: Section, own: set[int]) -> Problem:
    parent = before.parent(section)
    if parent is None:
        return Problem("changed", section.span, f"{clipped(section.label)} would mean something else")
    stands = "" if section.from_name else "has no 'from' and "
    where = f"{clipped(parent.label)} (line {line_of(parent)})"
    if id(parent) in own:
        message = f"{clipped(section.label)} {stands}inherits from halb's {where}, and would change with it"
        advice = "add 'from' and the name of another 'defaults' to its header"
        if not section.from_name:
            advice += f", or move it above line {line_of(parent)}"
    else:
        message = f"{clipped(section.label)} inherits from {where}, which the merge removes"
        advice = f"keep '{clipped(header(parent))}', or take over '{clipped(header(section))}' too"
    return Problem("changed", section.span, message, advice, [(parent.span, "what it inherits from")])


def _lost_routes(before: Meanings, after: Meanings, old: Section, new: Section) -> Iterator[Problem]:
    proxy, proxy_after = before.proxy(old), after.proxy(new)
    if proxy is None or proxy_after is None or not proxy.is_frontend:
        return
    lost = {name.value for name, backend in after.config.routes(proxy_after) if backend is None}
    for name, backend in before.config.routes(proxy):
        if backend is not None and name.value in lost:
            what = f"{clipped(old.label)} sends to {clipped(backend.label)} (line {line_of(backend.section)})"
            message = f"{what}, which the merge removes"
            yield Problem("lost-route", name.span, message, f"take over '{clipped(header(old))}' too")


def mixed_use(after: Meanings, foreign: Sequence[tuple[Section, Section]], own: Sequence[Section]) -> Iterator[Problem]:
    """Other sections that use one of halb's `defaults` without `from`: haproxy 2.6 says ALERT, and starts."""
    ids = {id(section) for section in own}
    for old, new in foreign:
        parent = after.parent(new)
        if parent is not None and id(parent) in ids and new.from_name is None and new.keyword != "defaults":
            message = f"{clipped(old.label)} has no 'from', so it inherits from halb's {parent.label}"
            yield Problem("mixed-use", old.span, message, "add 'from' and the name of a 'defaults' to its header")


def wanting(existing: HaproxyConfig, rendered: HaproxyConfig) -> Iterator[Problem]:
    """What `global` lacks for halb's sections; `global` itself is never edited."""
    source = existing.documents[0].source
    if not existing.global_.sections:
        message = "the file has no 'global' section, so halb's sections log nothing; halb adds none to an existing file"
        yield Problem("global", Span(source, 0, 0), message, "write one; the rendered file has an example")
        return
    place = existing.global_.sections[-1].span
    wanted, found = rendered.global_.maxconn, existing.global_.maxconn
    if wanted and found and wanted.value and found.value and found.known and found.value < wanted.value:
        message = f"'maxconn {found.value}' of global (line {found.span.line}) is less than the plan's {wanted.value}"
        advice = f"write 'maxconn {wanted.value}' there, or put the smaller number into halb.toml"
        yield Problem("global", found.span, message, advice)
    logging = any(not line.prefix and line.first_arg == "global" for proxy in rendered.defaults for line in proxy.logs)
    if logging and not existing.global_.logs:
        advice = "write 'log /dev/log local0' there"
        yield Problem("global", place, "global has no 'log' line, so halb's sections log nothing", advice)
