"""XN204: a check asks a port on which haproxy does not listen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.commands.plain import only_files
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.fleet.node import Node
    from rules.support.commands.surroundings import Surroundings
    from rules.support.commands.tree import SingleTest
    from rules.support.commands.used import UsedCommand


@rule("XN204", "check-port-mismatch", Severity.ERROR, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """The check asks a port of this machine on which haproxy does not listen, or another machine.

    Why it hurts: who answers there is another program, mostly an API server, on this machine or another. The check
    succeeds while haproxy is dead, and the VIP stays where nobody is served; or nothing listens there, and the check
    always fails.

    How to fix: ask a port that haproxy binds, best one of its own for the purpose (`monitor-uri`).

    Silent when: another check of the instance, or another part of the command, notices a dead haproxy; the host is a
    name; or haproxy.cfg is not complete.
    """
    if node.keepalived is None or node.haproxy is None or not node.haproxy.proxies:
        return
    if only_files(node.keepalived):
        return
    from rules.failover.watching import watches
    from rules.support.commands.surroundings import Answerer, Surroundings
    from rules.support.commands.tree import ProbeKind, probes_of

    around = Surroundings.of(node.keepalived, node.haproxy)
    seen: set[str] = set()
    for watch in watches(node):
        if watch.sees_haproxy:
            continue
        for item in watch.items:
            if item.used is None or item.used.meaning.test is None or item.tracker.name in seen:
                continue
            ports = [p for p in probes_of(item.used.meaning.test) if p.kind is ProbeKind.PORT]
            wrong = [p for p in ports if p.port and around.place(p.name, p.port) is Answerer.OTHER]
            if not wrong or not around.bound:
                continue
            seen.add(item.tracker.name)
            yield Hit(
                item.used.span,
                f"{item.used.title} asks {_what_answers(wrong[0], around)}",
                help=f"ask haproxy at {around.listening[0]}, or write '/usr/bin/pgrep -x haproxy'",
                note="not haproxy's port",
                related=[Related(span, "what haproxy binds") for span in _binds(node)[:3]],
                fix=partial(_fix, item.used),
                node=node.name,
            )


def _what_answers(asked: SingleTest, around: Surroundings) -> str:
    """What is asked, and what follows from it."""
    unnoticed = "the check notices nothing when haproxy is dead"
    if not around.is_local(asked.name):
        return f"port {asked.port} of {asked.name}, which is another machine: {unnoticed}"
    bound = listed(around.listening[:6])
    where = f"port {asked.port} of this machine, where haproxy does not listen (it binds {bound})"
    if around.has_server(asked.port or 0):
        return f"{where}: the API server answers, and {unnoticed}"
    return f"{where}: if another program answers, {unnoticed}; if none does, it always fails"


def _binds(node: Node) -> list[Span]:
    assert node.haproxy is not None
    return [a.span for proxy in node.haproxy.proxies for bind in proxy.binds for a in bind.addresses]


def _fix(used: UsedCommand) -> Fix | None:
    from rules.support.keepalived.fixing import command

    return command(used, "/usr/bin/pgrep -x haproxy")
