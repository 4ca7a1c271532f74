"""HA045: a sample expression that haproxy refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.samples.faults import faults_of
from rules.support.haproxy.samples.kinds import ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.facts.haproxy import HaproxyConfig
    from rules.engine.settings import RuleSettings


@rule("HA045", "invalid-sample-expression", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A sample expression that haproxy refuses: its arguments, a comma or parenthesis, or a fetch of another place.

    Why it hurts: haproxy refuses the file. The first `)` ends the arguments: one that belongs to a value needs quotes
    around it. A rule has only what is there when it runs: `http-request` nothing of the response, `http-response` not
    the path, `tcp-request connection` nothing of HTTP (in a condition, haproxy only warns).

    How to fix: the message says how many arguments there must be; what a request has can be kept for its response in a
    variable.

    Silent when: any known version accepts it; haproxy can supply the argument itself (`nbsrv` without a backend); the
    word has a variable or a placeholder; or the line is under a condition. What the arguments are, and whether a
    converter takes what comes before it, is not checked.
    """
    for fault in faults_of(config, ARGUMENTS, settings.haproxy_version):
        yield Hit(fault.span, fault.message, help=fault.help, note=fault.note)
