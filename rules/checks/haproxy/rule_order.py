"""HA070: rules that run in another order than they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine

_KEYWORDS = ("tcp-request", "monitor", "http-request", "redirect", "use_backend", "use-server")
_TCP = {"connection": 0, "session": 1, "content": 2}
# http-request actions that change what `use_backend` and `redirect` decide by.
_CHANGES = ("set-path", "set-pathq", "set-uri", "set-query", "set-method", "replace-path", "replace-pathq",
            "replace-uri", "set-header", "del-header", "replace-header", "replace-value", "set-src")  # fmt: skip
_DECIDES = ("deny", "return", "tarpit", "reject")
_READS = ("path", "url", "hdr", "query", "method", "src", "base")


@rule("HA070", "rule-order", Severity.INFO, Scope.HAPROXY)
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
    for proxy in config.proxies:
        if sum(map(proxy.has, _KEYWORDS)) < 2 and len(proxy.all("tcp-request")) < 2:
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
    worst = _worst(proxy, found, lines)
    line, above = worst or found[0]
    yield Hit(
        line.span,
        f"'{_name(line)}' runs before '{_name(above)}', which stands above it: haproxy has its own order of rules",
        help=f"move the line above '{_name(above)}', so that the file reads as it runs",
        note="runs first",
        related=[(above.span, "runs later")],
        severity=Severity.WARNING if worst else None,
    )


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


def _worst(
    proxy: Proxy, found: list[tuple[HaproxyLine, HaproxyLine]], lines: list[HaproxyLine]
) -> tuple[HaproxyLine, HaproxyLine] | None:
    """The first of the misplaced lines where the result is another one than the order in the file suggests."""
    above: dict[str, set[int]] = {"redirects": set(), "reads": set()}  # the ranks of such lines so far
    known: dict[str, bool] = {}
    at = 0
    for pair in found:
        line, rank = pair[0], _rank(pair[0])
        if line.keyword != "http-request":
            continue
        while lines[at].start < line.start:
            if lines[at].keyword == "redirect":
                above["redirects"].add(_rank(lines[at]))
            if _rank(lines[at]) not in above["reads"] and _reads(proxy, lines[at], known):
                above["reads"].add(_rank(lines[at]))
            at += 1
        action = line.first_arg
        what = "redirects" if action in _DECIDES else "reads" if action in _CHANGES else ""
        if what and any(other > rank for other in above[what]):
            return pair
    return None


def _reads(proxy: Proxy, line: HaproxyLine, known: dict[str, bool]) -> bool:
    """Whether the condition or the name of the rule looks at the request; `known`: the ACLs that were looked at."""

    def looks(text: str) -> bool:
        return text.removeprefix("%[").removeprefix("req.").startswith(_READS)

    for word in line.args:
        name = word.value.lstrip("!")
        if name not in known:
            known[name] = any(looks(part.value) for acl in proxy.acls.get(name, ()) for part in acl.args[1:2])
        if known[name] or looks(word.value):
            return True
    return False
