"""HA055: a frontend and a backend with one name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.removed import is_later

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.facts.values import Value
    from rules.engine.settings import RuleSettings

_LAST_THAT_TAKES_IT = "3.2"


@rule("HA055", "one-name-for-two", Severity.INFO, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A frontend and a backend have the same name.

    Why it hurts: haproxy 2.6 to 3.0 accept it silently, 3.2 warns, and 3.4 refuses the file: the load balancer does
    not start after the upgrade.

    How to fix: rename one of the two, and what refers to it.

    Silent when: the names depend on a variable or a condition; and for a release that refuses it, which HA028 reports,
    as two sections of one kind, or a `listen` section with one of the two.
    """
    version = settings.haproxy_version
    if version is not None and is_later(version, _LAST_THAT_TAKES_IT):
        return
    for frontend in config.proxies:
        name = frontend.name
        if frontend.kind != "frontend" or name is None or not name.known:
            continue
        others = [proxy for proxy in config.named_proxies(name.value or "") if proxy.kind == "backend"]
        other = others[0].name if others else None
        if other is None or not other.known:
            continue
        yield Hit(
            name.span,
            f"a frontend and a backend have the same name '{name.raw}': haproxy 3.4 refuses the file, and 3.2 warns",
            help=f"rename the frontend to '{name.raw}-in', and what refers to it",
            note="also a backend's name",
            fix=partial(_fix, config, frontend, name),
            related=[(other.span, "the backend")],
        )


def _fix(config: HaproxyConfig, frontend: Proxy, name: Value[str]) -> Fix | None:
    """A new name, where nothing can refer to the old one: expressions do, and stick tables have the section's name."""
    new = f"{name.raw}-in"
    if frontend.has("stick-table") or config.named_proxies(new):
        return None
    if any(f"({name.raw}" in document.source.text for document in config.documents):
        return None
    return Fix.write(name.span, new, f"rename the frontend to '{new}'", safe=False)
