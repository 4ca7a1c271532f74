"""Words in the arguments of lines that a release does not have: `hash-type consistent none` in 2.6."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.support.haproxy.forms.fitting import form_faults
from rules.support.haproxy.forms.table import has_form
from rules.support.haproxy.vocabulary import PROXY_SECTIONS

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from rules.support.haproxy.forms.faults import Fault


@lru_cache(8)  # two rules ask
def absent_words(config: HaproxyConfig, version: str) -> tuple[Fault, ...]:
    """The words that only other releases have, with `releases` saying which."""
    return tuple(_absent(config, version))


def _absent(config: HaproxyConfig, version: str) -> Iterator[Fault]:
    for section in config.sections:
        place = "proxy" if section.keyword in PROXY_SECTIONS else section.keyword
        for keyword in section.index():
            for line in section.all(keyword) if has_form(place, keyword) else ():
                if line.condition is None:
                    yield from (fault for fault in form_faults(place, line, version) if fault.releases)
