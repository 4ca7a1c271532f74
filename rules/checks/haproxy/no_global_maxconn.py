"""HA054: in a container, haproxy makes room for as many connections as there are file descriptors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig

_CONTAINER_LOGS = ("stdout", "stderr", "fd@1", "fd@2")
_LIMITS = ("maxconn", "ulimit-n", "fd-hard-limit")


@rule("HA054", "no-global-maxconn", Severity.INFO, Scope.HAPROXY, words=("stdout", "stderr", "fd@"))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A haproxy that logs to its standard output, as in a container, has no `maxconn` in `global`.

    Why it hurts: without it haproxy computes the number from the limit of file descriptors (9,986 of 20,000,
    measured with 2.6.12), and makes room for so many. In a container that limit is often a billion: haproxy runs
    out of memory when it starts (kubernetes-sigs/kind#2954, docker-library/haproxy#194).

    How to fix: `maxconn 20000` in `global`.

    Silent when: `global` has `maxconn`, `ulimit-n` or `fd-hard-limit`, haproxy logs elsewhere, as a service of the
    machine does, or not all files are known.
    """
    lines = [line for line in config.global_.logs if line.first_arg in _CONTAINER_LOGS and line.condition is None]
    if lines and config.complete and not any(config.global_.has(keyword) for keyword in _LIMITS):
        sections = config.global_.sections
        yield Hit(
            lines[0].span,
            "there is no 'maxconn' in 'global': in a container, haproxy makes room for as many connections as the "
            "limit of file descriptors allows, which may be a billion",
            help="add 'maxconn 20000' to the global section",
            note="probably a container",
            fix=partial(Fix.add, "inside", sections[0].header.span, "maxconn 20000", safe=False) if sections else None,
        )
