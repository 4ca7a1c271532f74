"""HA048: http-check rules in an order that haproxy refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine


@rule("HA048", "http-check-rule-order", Severity.ERROR, Scope.HAPROXY, words=("http-check",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """`http-check send` below `http-check expect`, or `http-check connect` below other rules.

    Why it hurts: the rules are steps, and haproxy refuses the file if a request follows an answer without a new
    connection ("missing connect rule"), or if it connects only later (measured with 2.6.12; 3.0, 3.2 and 3.4 refuse
    it too). The order of a check is connect, send, expect.

    How to fix: move the line up.

    Silent when: another `http-check connect` stands between the two, `option httpchk` is missing or comes below
    (haproxy does not look at the order then), or a line depends on a variable or a condition.
    """
    for proxy in (*config.defaults, *config.backends):
        yield from _hits(proxy)


def _hits(proxy: Proxy) -> Iterator[Hit]:
    lines = [line for line in proxy.all("http-check") if line.args]
    if any(line.condition is not None or line.args[0].dynamic for line in lines):
        return
    first: HaproxyLine | None = None
    expected: HaproxyLine | None = None
    for line in lines:
        name = line.args[0].value
        if not _is_http(proxy, line):
            continue
        if name == "connect":
            if first is not None and first.args[0].value != "connect":
                yield _hit(proxy, line, first)
                return
            expected = None
        elif name == "send" and expected is not None:
            yield _hit(proxy, line, expected)
            return
        elif name == "expect":
            expected = line
        if name in ("connect", "send", "expect"):
            first = first or line


def _is_http(proxy: Proxy, line: HaproxyLine) -> bool:
    """Whether the check is an HTTP check where haproxy reads this line."""
    above = [option for option in proxy.check_options if option.directive.span.start < line.start]
    option = above[-1] if above else proxy.defaults.effective_check if proxy.defaults else None
    return option is not None and option.certain and option.value == "httpchk"


def _hit(proxy: Proxy, line: HaproxyLine, before: HaproxyLine) -> Hit:
    name, other = line.args[0].value, before.args[0].value
    return Hit(
        line.span,
        f"'http-check {name}' stands below 'http-check {other}' in {proxy.label}: haproxy refuses the file",
        help=f"move it above 'http-check {other}'",
        note="too late",
        related=[(before.span, f"'http-check {other}' comes first")],
    )
