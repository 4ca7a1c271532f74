"""XN104: two nodes whose files no one release of haproxy takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from rules.engine.settings import RuleSettings
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node
    from rules.support.haproxy.absent import Absent

_OLDEST = "2.6"


@rule("XN104", "haproxy-version-features", Severity.INFO, Scope.FLEET)
def check(fleet: Fleet, settings: RuleSettings) -> Iterator[Hit]:
    """One node's haproxy.cfg has a keyword of a later release, another one's a keyword that this release has removed.

    Why it hurts: the nodes run different releases of haproxy, or one of them has a file that its haproxy refuses and
    does not start after the next restart. A file that is copied from one node to the other is refused there.

    How to fix: the same release on all nodes, and keywords that it has.

    Silent when: `haproxy-version` is set (see `removed-keyword` and `newer-keyword`), the files are the same, or a line
    has a condition or a placeholder.
    """
    nodes = [node for node in fleet.nodes if node.haproxy is not None]
    if settings.haproxy_version is not None or len({_text(node) for node in nodes}) < 2:
        return
    from rules.support.haproxy.absent import absent, is_newer
    from rules.support.haproxy.removed import is_later

    newest: tuple[Node, Absent] | None = None
    for node in nodes:
        for found in absent(node.haproxy, _OLDEST) if node.haproxy is not None else ():
            later = newest is None or is_later(found.entry.since, newest[1].entry.since)
            if is_newer(found.entry, _OLDEST) and later:
                newest = node, found
    if newest is None:
        return
    home, word = newest
    for node in nodes:
        for found in absent(node.haproxy, word.entry.since) if node is not home and node.haproxy is not None else ():
            if not is_newer(found.entry, word.entry.since):
                yield Hit(
                    found.word.span,
                    f"{found.what} of {node.name} is gone in haproxy {word.entry.since}, which {word.what} of "
                    f"{home.name} needs: one release can't take both files",
                    help="remove the line on one of the nodes, and run the same release on all",
                    note=f"not in {word.entry.since}",
                    related=[Related(word.word.span, f"needs {word.entry.since}", home.name)],
                    node=node.name,
                )
                break


def _text(node: Node) -> str:
    return "\n".join(document.source.text for document in node.haproxy.documents) if node.haproxy is not None else ""
