"""HA065: a condition uses what haproxy does not have when the rule runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from rules.engine.settings import RuleSettings


@rule("HA065", "fetch-not-available", Severity.WARNING, Scope.HAPROXY, words=("acl", "{"))
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A condition asks for something that is not there when its rule runs: a path in `tcp-request connection`.

    Why it hurts: haproxy accepts the file with a warning that the ACL "will never match". The term is false for every
    client: `if` never acts, so a rule that should refuse somebody refuses nobody; `unless` and `!` always act, so all
    clients are refused. `http-response` has nothing of the request but what was kept in a variable, `http-request` and
    `use_backend` nothing of the response, `tcp-request connection` no more than the connection. Measured with haproxy
    2.6.12, with traffic.

    How to fix: as the help says: a later kind of rule, or a variable set while the request is there.

    Silent when: another line of the same ACL, or another term after `or`, can match (that term alone is still
    reported); the name is not known; the word has a variable or a placeholder; the line is under a condition; in
    `defaults` and in proxies that are disabled.
    """
    if not any(proxy.has(keyword) for proxy in config.proxies for keyword in _KEYWORDS):
        return
    from rules.support.haproxy.samples.availability import unavailable

    for found in unavailable(config, _KEYWORDS, settings.haproxy_version):
        yield Hit(
            found.span,
            found.message,
            help=found.help,
            note="always false",
            related=[(found.definition, "the ACL is defined here")] if found.definition is not None else [],
        )


_KEYWORDS = (
    "http-request", "http-response", "http-after-response", "tcp-request", "tcp-response", "use_backend", "use-server",
    "redirect", "stick",
)  # fmt: skip
