"""KA048: a value that keepalived refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.keywords.keepalived import keepalived_table
from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.entries import doubled_peers, wrong_addresses, wrong_peers, wrong_trackers
from rules.support.keepalived.lines import places, tracking
from rules.support.keepalived.missing import missing_settings, wrong_intervals, wrong_names
from rules.support.keepalived.values import Wrong, wrong_values
from rules.support.spans import Spans

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from rules.engine.settings import RuleSettings


def _lines(config: KeepalivedConfig, release: str | None) -> Iterator[Wrong]:
    table = keepalived_table()
    for place in places(config.document):
        if place.block and not place.entry and table.complete(place.block):
            yield from wrong_values(place, release)


def _entries(config: KeepalivedConfig, release: str | None) -> Iterator[Wrong]:
    settings = frozenset(keepalived_table().keywords("vrrp_instance"))
    known = {kind: {item.title for item in config.trackables(kind)} for kind in ("script", "process", "file", "bfd")}
    for instance in config.instances:
        yield from wrong_addresses(instance, settings)
        yield from wrong_peers(instance, settings)
        yield from doubled_peers(instance, release)
    check_keywords = frozenset(keepalived_table().keywords("vrrp_script"))
    for user in tracking(config):
        yield from wrong_trackers(user.trackers, known, check_keywords)


@rule("KA048", "invalid-value", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A value is out of range, of the wrong type, or missing.

    Why it hurts: keepalived does not refuse most of them: it reports the value, uses a different one and runs. Priority
    300 becomes 100, an address with an invalid part is skipped, a script without a `script` line is removed. A keyword
    without its value, or an instance without `virtual_router_id` or `interface`, makes it exit with status 2 (ranges
    and consequences measured with keepalived 2.2.7). What other releases accept or refuse is judged by the release, if
    one is set.

    How to fix: write a value in the range that the finding names.

    Silent when: the value comes from a variable, is a placeholder (KA004), or is on a conditional line; for keywords
    whose ranges are not in the table (`virtual_server`, routes and rules); for everything that depends on the host:
    interfaces, users and scripts that may or may not exist. A value that keepalived only rounds is a warning.
    """
    release = settings.keepalived_version
    covered = Spans(problem.span for problem in config.document.problems)
    for wrong in (
        *_lines(config, release),
        *_entries(config, release),
        *wrong_names(config),
        *wrong_intervals(config),
        *missing_settings(config, release),
    ):
        if not covered.touch(wrong.span):
            yield Hit(wrong.span, wrong.message, help=wrong.help, severity=wrong.severity, fix=wrong.fix)
