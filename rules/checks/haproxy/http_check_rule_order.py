"""HA048: http-check rules in an order that haproxy refuses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine


# Two rules in a row -> the one that haproxy misses between them.
_MISSING = {
    ("connect", "expect"): "send", ("connect", "connect"): "expect", ("send", "connect"): "expect",
    ("send", "send"): "connect", ("expect", "send"): "connect",
}  # fmt: skip


@rule("HA048", "http-check-rule-order", Severity.ERROR, Scope.HAPROXY, words=("http-check",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """`http-check send` below `http-check expect`, `http-check connect` below other rules, or a step that is missing.

    Why it hurts: the rules are steps, and haproxy refuses the file if a request follows an answer or another request
    without a new connection ("missing connect rule"), if it connects only later, or if it connects and expects an
    answer without a request ("missing send rule": below `http-check connect`, what `option httpchk` says is not sent).
    The order of a check is connect, send, expect (measured with 2.6.12; 3.0, 3.2 and 3.4 refuse the order too).

    How to fix: move the line up, or add the step.

    Silent when: another `http-check connect` begins a new round, `option httpchk` is missing or comes below
    (haproxy does not look at the order then), or a line depends on a variable or a condition.
    """
    for proxy in (*config.defaults, *config.backends):
        yield from _hits(proxy)


def _hits(proxy: Proxy) -> Iterator[Hit]:
    lines = [line for line in proxy.all("http-check") if line.args]
    if any(line.condition is not None or line.args[0].dynamic for line in lines):
        return
    first: HaproxyLine | None = None
    previous: HaproxyLine | None = None
    for line in lines:
        name = line.args[0].value
        if name not in ("connect", "send", "expect") or not _is_http(proxy, line):
            continue
        if first is not None and previous is not None:
            if name == "connect" and first.args[0].value != "connect":
                yield _hit(proxy, line, first)
                return
            missing = _MISSING.get((previous.args[0].value, name))
            if missing is not None:
                yield _lacking(proxy, line, previous, missing)
                return
        first, previous = first or line, line


def _is_http(proxy: Proxy, line: HaproxyLine) -> bool:
    """Whether the check is an HTTP check where haproxy reads this line."""
    above = [option for option in proxy.check_options if option.directive.span.start < line.start]
    option = above[-1] if above else proxy.defaults.effective_check if proxy.defaults else None
    return option is not None and option.certain and option.value == "httpchk"


def _hit(proxy: Proxy, line: HaproxyLine, before: HaproxyLine) -> Hit:
    name, other = line.args[0].value, before.args[0].value
    also = f", with '{_request(proxy)}' between them" if (name, other) == ("connect", "expect") else ""
    return Hit(
        line.span,
        f"'http-check {name}' stands below 'http-check {other}' in {proxy.label}: haproxy refuses the file",
        help=f"move it above 'http-check {other}'{also}",
        note="too late",
        fix=partial(_moved, line, before, _request(proxy) if also else ""),
        related=[(before.span, f"'http-check {other}' comes first")],
    )


def _moved(line: HaproxyLine, before: HaproxyLine, between: str) -> Fix | None:
    """The line goes above the other one; not if it has a header, which may be a secret."""
    if line.dynamic or any(word.value == "hdr" for word in line.args):
        return None
    fix = Fix.move(line.span, before.span, f"move it above 'http-check {before.first_arg}'")
    return fix.also(Fix.add("above", before.span, between)) if between else fix


def _request(proxy: Proxy) -> str:
    """What `option httpchk` asks for, as a step."""
    option = proxy.effective_check
    asked = [word.value for word in option.directive.args[1:3]] if option is not None else []
    method, uri = asked if len(asked) == 2 else ("GET", asked[0] if asked else "/readyz")
    return f"http-check send meth {method} uri {uri}"


def _lacking(proxy: Proxy, line: HaproxyLine, before: HaproxyLine, missing: str) -> Hit:
    """The hit for a step that is missing above a line."""
    name, other = line.args[0].value, before.args[0].value
    if (other, name) == ("expect", "send"):
        return _hit(proxy, line, before)
    if missing == "send":
        advice = f"add '{_request(proxy)}' above it"
    elif missing == "expect":
        advice = "remove the line, or add 'http-check expect status 200' above it"
    else:
        advice = "write all on one 'http-check send' line, or add 'http-check connect' above it"
    return Hit(
        line.span,
        f"'http-check {name}' follows 'http-check {other}' in {proxy.label} without 'http-check {missing}' between "
        "them: haproxy refuses the file",
        help=advice,
        note=f"no '{missing}' before it",
        fix=partial(Fix.add, "above", line.span, _request(proxy)) if missing == "send" else None,
        related=[(before.span, "follows this one")],
    )
