"""All that is wrong with the expressions of a configuration, for the rules that report a kind each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rules.support.haproxy.samples.kinds import ACL, SAMPLE
from rules.support.haproxy.samples.places import lines_in_force, profile_places, sample_lines
from rules.support.haproxy.vocabulary import lost_sections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from rules.support.haproxy.samples.kinds import SampleFault, SamplePlace


def faults_of(config: HaproxyConfig, kind: str, version: str | None) -> Iterator[SampleFault]:
    """The faults of one kind, for one release or (None) for every release."""
    return (fault for fault in _faults(config, version) if fault.kind == kind)


@lru_cache(maxsize=8)  # several rules ask
def _faults(config: HaproxyConfig, version: str | None) -> tuple[SampleFault, ...]:
    lost = lost_sections(config).starts
    judged = config.complete and not lost
    in_force = lines_in_force(config)
    found: list[SampleFault] = []
    fine: dict[str, set[str]] = {}  # by kind of proxy, lines with nothing wrong: large files have them many times
    for proxy in (*config.defaults, *config.proxies):
        end = lost.get(id(proxy.section))
        known = fine.setdefault(proxy.kind, set())
        looks = judged and not proxy.disabled and proxy.kind != "defaults"
        for line, places in sample_lines(proxy, in_force, known):
            if end is None or line.start < end:
                before = len(found)
                for place in places:
                    faults = list(_judge(place, version))
                    found += faults or (_references(config, proxy, line, place, version) if looks else ())
                clean = len(found) == before and looks and "$" not in line.line_text
                if clean and all(_stands_alone(place, version) for place in places):
                    known.add(line.line_text)
    for place in profile_places(config):
        found += _judge(place, version)
    return tuple(found)


def _stands_alone(place: SamplePlace, version: str | None) -> bool:
    from rules.support.haproxy.samples.names import names_nothing

    return names_nothing(place, version)


def _references(
    config: HaproxyConfig, proxy: Proxy, line: HaproxyLine, place: SamplePlace, version: str | None
) -> Iterator[SampleFault]:
    """Names and tables, which haproxy looks for when it has read all of the file."""
    from rules.support.haproxy.samples.names import reference_faults

    return reference_faults(config, proxy, line, place, version)


def _judge(place: SamplePlace, version: str | None) -> Iterator[SampleFault]:
    """Many files have no expression: grammars and tables are loaded for the first one."""
    if place.word.dynamic:
        return iter(())
    if place.kind == ACL:
        from rules.support.haproxy.samples.acls import acl_faults

        return acl_faults(place.words, version)
    if place.kind == SAMPLE:
        from rules.support.haproxy.samples.expressions import sample_faults

        return sample_faults(place.word, version, place=place)
    from rules.support.haproxy.samples.formats import format_faults

    return format_faults(place.word, version, place)
