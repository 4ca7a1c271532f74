"""HA041: a sample fetch or converter that haproxy does not know."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.samples.faults import faults_of
from rules.support.haproxy.samples.kinds import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.facts.haproxy import HaproxyConfig
    from rules.engine.settings import RuleSettings


@rule("HA041", "unknown-fetch-or-converter", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A sample fetch or converter that no haproxy from 2.6 to 3.5-dev5 knows, in an ACL, a rule or a log format.

    Why it hurts: haproxy refuses the file. Names are case-sensitive; ACL keywords such as `hdr_dom` are fetches only in
    ACLs; in a log format the expression is in `%[...]`, elsewhere it is not.

    How to fix: the help names the fetch or converter that was most likely meant.

    Silent when: the name depends on how haproxy was built (`lua.*`, device detection); any known version has it (see
    `sample-not-in-release`); the word has a variable or a placeholder; the line is under a condition; or haproxy does
    not read it (a log format that another one replaces).
    """
    for fault in faults_of(config, NAME, settings.haproxy_version):
        fix = partial(Fix.told, fault.span, fault.help)
        yield Hit(fault.span, fault.message, help=fault.help, note=fault.note, fix=fix)
