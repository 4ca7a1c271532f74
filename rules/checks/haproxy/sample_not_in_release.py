"""HA043: a sample fetch or converter that this haproxy does not have."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.samples.faults import faults_of
from rules.support.haproxy.samples.kinds import RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.facts.haproxy import HaproxyConfig
    from rules.engine.settings import RuleSettings


@rule("HA043", "sample-not-in-release", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A sample fetch, converter or log-format alias that the haproxy of `haproxy-version` does not have.

    Why it hurts: that haproxy refuses the file.

    How to fix: do without it, or correct `haproxy-version`. The releases are those of the lists that 2.6.12, 2.8.0,
    3.0.0, 3.0.11, 3.2.0, 3.2.26 and 3.4.0 print (`haproxy -dKall`); of what came in between, the next one is named.

    Silent when: `haproxy-version` is not given; for names that depend on how haproxy was built (`lua.*`,
    `quic_*`, device detection); for words with a variable or a placeholder and lines under a condition.
    """
    for fault in faults_of(config, RELEASE, settings.haproxy_version):
        fix = partial(Fix.told, fault.span, fault.help)
        yield Hit(fault.span, fault.message, help=fault.help, note=fault.note, fix=fix)
