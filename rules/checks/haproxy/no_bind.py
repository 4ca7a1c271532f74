"""HA035: a frontend that does not listen anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.removed import header_address

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy


@rule("HA035", "no-bind", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A `frontend` or `listen` section has no `bind` line.

    Why it hurts: no client can connect to it. haproxy only warns; if no section listens at all it reports that it "will
    not start" and exits with 2 (2.6 to 3.4), which many deployment scripts mistake for success.

    How to fix: add `bind *:6443` (or the right port), or make the section a `backend` if it only has servers.

    Silent when: the section is disabled, its address is on the header line (see `removed-keyword`), or it depends on a
    condition or a template; or a line begins with an invisible character, which `odd-character` reports.
    """
    for proxy in config.frontends:
        if proxy.binds or proxy.disabled or not proxy.certain or not proxy.section.file.complete:
            continue
        if header_address(proxy.section) is not None or _has_placeholder(proxy):
            continue
        used = proxy.kind == "listen"
        yield Hit(
            proxy.section.keyword_span,
            f"{proxy.label} has no 'bind' line, so no client can connect to it",
            help="add 'bind ADDRESS:PORT'" + (", or make it a 'backend'" if used else ""),
            note="no 'bind'",
            severity=Severity.WARNING if used and proxy.servers else Severity.ERROR,
        )


def _has_placeholder(proxy: Proxy) -> bool:
    """Whether a line of the section may become anything, or begins with a character that hides its keyword."""
    return any(line.words and (line.words[0].dynamic or not line.words[0].value.isascii()) for line in proxy.directives)
