"""HA063: rules of a defaults section that haproxy does not pass on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig

_RULES = ("http-request", "http-response", "http-after-response", "tcp-request", "tcp-response")


@rule("HA063", "inherited-rules", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A `defaults` section with TCP or HTTP rules is used by a `listen` section, or by frontends and backends both.

    Why it hurts: haproxy refuses the file: "a listen section cannot inherit from a defaults section defining TCP/HTTP
    rules", "frontends and backends cannot inherit from the same defaults section if it defines TCP/HTTP rules"
    (measured with 2.6.12, 3.0.11 and 3.2.26). A proxy without `from` takes the `defaults` section above it.

    How to fix: one `defaults` section for the frontends and another one for the backends; in a `listen` section, write
    the rules there.

    Silent when: the file has placeholders or unresolved conditions.
    """
    if not config.complete:
        return
    for defaults in config.defaults:
        rules = [line for keyword in _RULES for line in defaults.section.all(keyword) if line.condition is None]
        if not rules or defaults.name is None:
            continue
        heirs = [proxy for proxy in config.proxies if proxy.defaults is defaults]
        first = heirs[0] if heirs else None
        for proxy in heirs:
            if proxy.kind == "listen":
                message = (
                    f"{proxy.label} inherits TCP or HTTP rules from 'defaults {defaults.name.raw}'; haproxy refuses it"
                )
                advice = "write the rules in the section, or take a 'defaults' section without them"
            elif first is not None and first.kind not in ("listen", proxy.kind):
                message = (
                    f"{proxy.label} and {first.label} inherit TCP or HTTP rules from the same 'defaults "
                    f"{defaults.name.raw}'; haproxy refuses it"
                )
                advice = "move the rules into the proxies, or write one 'defaults' section for each side"
            else:
                continue
            place = proxy.name.span if proxy.name is not None else proxy.section.header.span
            yield Hit(place, message, help=advice, related=[Related(rules[0].span, "one of the rules")])
            break
