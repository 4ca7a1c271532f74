"""HA070: rules that run in another order than they are written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine

_KEYWORDS = ("tcp-request", "monitor", "http-request", "redirect", "use_backend", "use-server")
_TCP = {"connection": 0, "session": 1, "content": 2}
# http-request actions that change what `use_backend` and `redirect` decide by.
_CHANGES = ("set-path", "set-pathq", "set-uri", "set-query", "set-method", "replace-path", "replace-pathq",
            "replace-uri", "set-header", "del-header", "replace-header", "replace-value", "set-src")  # fmt: skip
_ENOUGH = 20  # misplaced rules of a section that are looked at closely
_READS = ("path", "url", "hdr", "query", "method", "src", "base")


@rule(
    "HA070",
    "rule-order",
    Severity.INFO,
    Scope.HAPROXY,
    words=("use_backend", "use-server", "http-request", "tcp-request", "redirect"),
)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """Rules of a section stand in another order than the one in which haproxy runs them.

    Why it hurts: whatever the order in the file, `tcp-request connection`, `session` and `content` run first, then
    `monitor fail`, `http-request`, `redirect`, `use_backend` and `use-server`. Who reads the file from top to bottom
    expects something else: `http-request set-path` below `use_backend if { path_beg /x }` changes the path before the
    backend is chosen, and `http-request deny` below a `redirect` denies what should be redirected (both measured with
    2.6.12). haproxy accepts the file with a warning.

    How to fix: write the rules in the order in which they run.

    Silent when: the section depends on a condition; for HTTP rules of a proxy in mode tcp, which are ignored. It is
    said once per section, and is a warning where the rule decides or changes what the one above it looks at.
    """
    known = config.used(_KEYWORDS)
    for proxy in config.proxies:
        if sum(map(proxy.has, known)) < 2 and len(proxy.all("tcp-request")) < 2:
            continue
        if proxy.certain and not proxy.disabled:
            yield from _misplaced(proxy)


def _misplaced(proxy: Proxy) -> Iterator[Hit]:
    found: list[tuple[HaproxyLine, HaproxyLine]] = []
    last: HaproxyLine | None = None
    http = proxy.effective_mode == "http"
    keywords = _KEYWORDS if http else ("tcp-request", "use_backend", "use-server")
    lines = sorted((line for keyword in keywords for line in proxy.all(keyword)), key=lambda line: line.start)
    for line in lines:
        rank = _rank(line)
        if rank < 0 or line.condition is not None:
            continue
        if last is not None and rank < _rank(last):
            found.append((line, last))
        else:
            last = line
    if not found:
        return
    worst = next((pair for pair in found[:_ENOUGH] if _matters(proxy, *pair, lines)), None)
    line, above = worst or found[0]
    yield Hit(
        line.span,
        f"'{_name(line)}' runs before '{_name(above)}', which stands above it: haproxy has its own order of rules",
        help=f"move the line above '{_name(above)}', so that the file reads as it runs",
        note="runs first",
        related=[(above.span, "runs later")],
        severity=Severity.WARNING if worst else None,
        fix=partial(_fix, line, above, lines),
    )


def _fix(line: HaproxyLine, above: HaproxyLine, lines: list[HaproxyLine]) -> Fix | None:
    """Move it, unless that changes the order of rules that run together, which is the order in the file."""
    between = [other for other in lines if above.start < other.start < line.start]
    if line.dynamic or any(_rank(other) == _rank(line) for other in between):
        return None
    return Fix.move(line.span, above.span, f"move the line above '{_name(above)}'")


def _rank(line: HaproxyLine) -> int:
    """The place in haproxy's order (measured with 2.6.12: what it warns about); -1 for what is no rule."""
    first = line.first_arg
    if line.keyword == "tcp-request":
        return _TCP.get(first, -1)
    if line.keyword == "monitor" and first != "fail":
        return -1
    return _KEYWORDS.index(line.keyword) + 2


def _name(line: HaproxyLine) -> str:
    args = [word.value for word in line.args[: 2 if line.keyword == "tcp-request" else 1]]
    return " ".join((line.keyword, *args)) if line.keyword != "redirect" else line.keyword


def _matters(proxy: Proxy, line: HaproxyLine, above: HaproxyLine, lines: list[HaproxyLine]) -> bool:
    """Whether the result is another one than the order in the file suggests."""
    if line.keyword != "http-request":
        return False
    higher = [other for other in lines if other.start < line.start and _rank(other) > _rank(line)]
    action = line.first_arg
    if action in ("deny", "return", "tarpit", "reject"):
        return any(other.keyword == "redirect" for other in higher)
    return action in _CHANGES and any(_reads(proxy, other) for other in higher)


def _reads(proxy: Proxy, line: HaproxyLine) -> bool:
    """Whether the condition or the name of the rule looks at the request."""
    texts = [word.value for word in line.args]
    for text in list(texts):
        for acl in proxy.acls.get(text.lstrip("!"), ()):
            texts += [word.value for word in acl.args[1:2]]
    return any(text.removeprefix("%[").removeprefix("req.").startswith(_READS) for text in texts)
