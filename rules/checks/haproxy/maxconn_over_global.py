"""HA053: a frontend's maxconn that the process never allows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.source import Span


@rule("HA053", "maxconn-over-global", Severity.INFO, Scope.HAPROXY, words=("maxconn",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """`maxconn` of a frontend or of `defaults` is higher than that of the whole process.

    Why it hurts: the limit of the `global` section comes first: the process accepts no more connections than that,
    and the others wait in the kernel's queue. The higher number looks as if there was room for more.

    How to fix: raise `maxconn` in `global` to at least that number, or lower the frontend's.

    Silent when: there is no `maxconn` in `global`, or one of the numbers depends on a variable or a condition.
    """
    total = config.global_.maxconn
    if total is None or not total.known or not total.value:
        return
    seen: set[Span] = set()
    for proxy in config.frontends:
        own = proxy.maxconn
        if own is None or not own.known or (own.value or 0) <= total.value or own.span in seen:
            continue
        if not proxy.certain or proxy.disabled:
            continue
        seen.add(own.span)
        yield Hit(
            own.span,
            f"'maxconn {own.raw}' of {proxy.label} is more than the {total.value} of the whole process, which "
            "is the limit",
            help=f"write 'maxconn {total.value}', or raise 'maxconn' in global to {own.raw}",
            note="never reached",
            fix=partial(Fix.write, own.directive.span, f"maxconn {total.value}"),
            related=[(total.span, "the whole process")],
        )
