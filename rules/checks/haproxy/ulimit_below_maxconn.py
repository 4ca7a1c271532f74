"""HA052: a limit of file descriptors that is too low for maxconn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig

_PER_CONNECTION = 2  # the client's and the server's


@rule("HA052", "ulimit-below-maxconn", Severity.WARNING, Scope.HAPROXY, words=("ulimit-n",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """`ulimit-n` is less than twice the `maxconn` of the global section.

    Why it hurts: a connection needs two file descriptors. Where the limit of the service is lower too (systemd's
    usual one is 1024), haproxy does not start: "FD limit (9000) too low for maxconn=8000/maxsock=16017" (measured
    with 2.6.12; before 2.3, and with `no strict-limits`, it starts and fails under load). `haproxy -c` reports
    nothing.

    How to fix: remove `ulimit-n`: haproxy computes it from `maxconn`.

    Silent when: one of the two is not set, or depends on a variable or a condition.
    """
    lines = config.global_.all("ulimit-n")
    maxconn = config.global_.maxconn
    if not lines or maxconn is None or not maxconn.known or not maxconn.value:
        return
    line = lines[-1]
    limit = line.first_arg
    if line.condition is not None or line.dynamic or not (limit.isascii() and limit.isdecimal() and len(limit) < 10):
        return
    needed = maxconn.value * _PER_CONNECTION
    if 0 < int(limit) <= needed:
        yield Hit(
            line.span,
            f"'ulimit-n {limit}' is too low for 'maxconn {maxconn.raw}', which needs more than {needed} file "
            "descriptors: haproxy does not start where the service's own limit is lower",
            help="remove the line: haproxy computes the limit from 'maxconn'",
            note="too few",
            fix=partial(Fix.remove, line.span),
            related=[(maxconn.span, "two for each connection")],
        )
