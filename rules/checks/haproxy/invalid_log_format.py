"""HA044: a log format that haproxy refuses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.samples.faults import faults_of
from rules.support.haproxy.samples.kinds import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.facts.haproxy import HaproxyConfig
    from parsers.source import Span
    from rules.engine.settings import RuleSettings


@rule("HA044", "invalid-log-format", Severity.ERROR, Scope.HAPROXY, words=("%",))
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A log format with an unknown `%alias`, a `%[` or `%{` that is not closed, or a lone `%`.

    Why it hurts: haproxy refuses the file (measured with 2.6.12). Log formats are not only in `log-format`: headers,
    paths, redirects of `http-request`, `use_backend` and more have them.

    How to fix: write `%%` for a percent sign; the help says what is missing.

    Silent when: a name in parentheses follows the `%`
    (3.0); the word has a variable or a placeholder; the line is under a condition; or haproxy does not read the format
    (another one replaces it, a disabled proxy).
    """
    for fault in faults_of(config, FORMAT, settings.haproxy_version):
        fix = partial(_fix, fault.span, fault.help)
        yield Hit(fault.span, fault.message, help=fault.help, note=fault.note, fix=fix)


def _fix(place: Span, advice: str) -> Fix | None:
    """The place of an alias has its name only, and may be behind flags: `%{+Q}ci`."""
    if "'%" not in advice:
        return Fix.told(place, advice)
    start = place.start - 1
    return Fix.told(place.source.span(start, place.end), advice) if place.source.text[start] == "%" else None
