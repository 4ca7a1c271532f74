"""All that is wrong with the expressions of a configuration, for the rules that report a kind each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rules.support.haproxy.samples.kinds import ACL, SAMPLE
from rules.support.haproxy.samples.places import lines_in_force, profile_places, sample_places
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
    for proxy in (*config.defaults, *config.proxies):
        end = lost.get(id(proxy.section))
        for line, place in sample_places(proxy, in_force):
            if end is None or line.start < end:
                faults = list(_judge(place, version))
                if not faults and judged and not proxy.disabled and proxy.kind != "defaults":
                    faults += _references(config, proxy, line, place, version)
                found += faults
    for place in profile_places(config):
        found += _judge(place, version)
    return tuple(found)


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
