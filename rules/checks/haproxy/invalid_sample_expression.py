"""HA045: a sample expression that haproxy refuses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.samples.faults import faults_of
from rules.support.haproxy.samples.kinds import ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.facts.haproxy import HaproxyConfig
    from rules.engine.settings import RuleSettings


@rule("HA045", "invalid-sample-expression", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A sample expression that haproxy refuses: its arguments, types that do not fit, or a fetch of another place.

    Why it hurts: haproxy refuses the file. The first `)` ends the arguments: one that belongs to a value needs quotes
    around it. A converter takes what haproxy can turn into its type: no address can be made of a boolean. The same
    goes for a stick table. A rule has only what is there when it runs: `http-request` nothing of the response,
    `http-response` not the path, `tcp-request connection` nothing of HTTP (in a condition, haproxy only warns: see
    `fetch-not-available`). Measured with 2.6.12, 3.0.11 and 3.2.26.

    How to fix: the message says what is wanted; what a request has can be kept for its response in a variable.

    Silent when: any known version accepts it, or the one of `haproxy-version`; haproxy can supply the argument itself
    (`nbsrv` without a backend); the word has a variable or a placeholder; or the line is under a condition. Files and
    regular expressions are not looked into.
    """
    for fault in faults_of(config, ARGUMENTS, settings.haproxy_version):
        fix = partial(Fix.told, fault.span, fault.help)
        yield Hit(fault.span, fault.message, help=fault.help, note=fault.note, fix=fix)
