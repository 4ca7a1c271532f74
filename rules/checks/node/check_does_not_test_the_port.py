"""XN203: haproxy is checked only as a process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.commands.plain import files_check_all

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.facts.keepalived import KeepalivedConfig
    from rules.failover.watching import WatchedCheck
    from rules.fleet.node import Node


@rule("XN203", "check-does-not-test-the-port", Severity.INFO, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """The only checks of haproxy are of its process: `pgrep`, `killall -0`, `vrrp_track_process` and the like.

    Why it hurts: a haproxy that runs, but hangs, listens on another port or has used up its connections passes such a
    check, and the VIP stays there.

    How to fix: add a `vrrp_script` that asks haproxy, such as `curl` to a `monitor-uri` on 127.0.0.1. A process check
    beside it is fine: a `vrrp_track_process` notices a dead haproxy at once.

    Silent when: some check of the instance asks haproxy, or may do so.
    """
    if node.keepalived is None or node.haproxy is None or not node.haproxy.proxies:
        return
    if files_check_all(node.keepalived):
        return
    from rules.failover.model import Subject
    from rules.failover.watching import watches

    seen: set[object] = set()
    for watch in watches(node):
        checks = [item for item in watch.items if item.check.subject is Subject.HAPROXY]
        if not checks or not all(_is_of_process(item) for item in checks) or checks[0].check.key in seen:
            continue
        seen.add(checks[0].check.key)
        first = checks[0]
        yield Hit(
            first.used.span if first.used is not None else first.tracker.span,
            f"{first.check.kind} '{first.tracker.name}' checks only that haproxy runs, not that it answers: a haproxy "
            "that hangs keeps the VIP",
            help=_help(node.keepalived, node.haproxy),
            note="only the process",
            fix=partial(_fix, node.keepalived, node.haproxy),
            node=node.name,
        )


def _help(config: KeepalivedConfig, haproxy: HaproxyConfig) -> str:
    from rules.support.haproxy.requests import new_script, own_answer

    frontend, command = own_answer(haproxy)
    return frontend + new_script(config, "asks", command)


def _is_of_process(item: WatchedCheck) -> bool:
    from rules.support.commands.tree import ProbeKind, probes_of

    if item.check.kind == "process":
        return True
    if item.used is None or item.used.meaning.test is None or item.check.assumed:
        return False
    probes = list(probes_of(item.used.meaning.test))
    # The admin socket is asked, and haproxy answers.
    return all(probe.kind is ProbeKind.PROCESS and "/" not in probe.name for probe in probes)


def _fix(config: KeepalivedConfig, haproxy: HaproxyConfig) -> Fix | None:
    """The check, and the frontend that answers it, if haproxy.cfg has none."""
    from rules.support.haproxy.requests import health_frontend, own_answer
    from rules.support.keepalived.fixing import new_check

    missing, command = own_answer(haproxy)
    check = new_check(config, command)
    if check is None or not missing:
        return check
    source = haproxy.documents[-1].source
    end = len(source.text)
    if not source.text.endswith("\n"):
        return None
    frontend = Fix.add("above", source.span(end, end), health_frontend(haproxy), safe=False)
    return check.also(frontend, title=f"{check.title}, and 'frontend health' that answers it")
