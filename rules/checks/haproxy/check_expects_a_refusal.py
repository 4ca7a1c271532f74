"""HA016: a health check that only a server that refuses it can pass."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.checks import accepts_status, http_check_of
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine
    from parsers.source import Span
    from parsers.tree import Word

_UNAUTHORIZED = 401  # all that an API server says to anybody where anonymous requests are off


@rule("HA016", "check-expects-a-refusal", Severity.WARNING, Scope.HAPROXY, words=("expect",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """The check of the Kubernetes API is passed by answers of 400 and more only, such as 403.

    Why it hurts: 403 says that a request was refused, not that the API server is ready, and a ready one answers 200
    to `/readyz`: haproxy takes a server that answers 200 out of rotation ("Layer7 wrong status", measured with
    2.6.12). So the API is gone as soon as anonymous requests to the health endpoints are allowed, which is the
    default.

    How to fix: `http-check expect status 200`, with `GET /readyz`.

    Silent when: 401 is among the answers (anonymous requests are off), any answer below 400 passes too, or a line
    depends on a variable or a condition; and for other backends.
    """
    seen: set[Span] = set()
    for api in api_proxies(config):
        found = http_check_of(api.backend)
        if found is None:
            continue
        for line in api.backend.http_checks:
            word = _refusals(line)
            if word is not None and word.span not in seen:
                seen.add(word.span)
                yield Hit(
                    word.span,
                    f"the check of {api.backend.label} {_wants(line, word)}: an API server that is ready answers 200, "
                    "and is DOWN",
                    help="write 'http-check expect status 200'",
                    note="a refusal",
                    fix=partial(Fix.write, line.span, "http-check expect status 200", safe=False),
                )


def _wants(line: HaproxyLine, word: Word) -> str:
    negated = any(other.value == "!" for other in line.args)
    return f"refuses status {word.value}" if negated else f"waits for status {word.value}"


def _refusals(line: HaproxyLine) -> Word | None:
    """The word with the statuses, if all of them are refusals."""
    args = line.args
    if len(args) < 3 or args[0].value != "expect":
        return None
    name, word = next(((n.value, w) for n, w in pairwise(args) if n.value in ("status", "rstatus")), ("", args[-1]))
    negated = any(other.value == "!" for other in args)
    accepts = accepts_status(name, word.value)
    if accepts is None:
        return None
    passing = {status for status in (*range(200, 400), _UNAUTHORIZED) if accepts(status) != negated}
    return word if not passing or (negated and 200 not in passing and name == "status") else None
