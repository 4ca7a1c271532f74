"""All names of a run, by place and by what they name."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.editor.names import haproxy, keepalived
from rules.fleet.joined import Joined

if TYPE_CHECKING:
    from rules.editor.names.occurrences import NameKey, Occurrence
    from rules.engine.run import Run
    from rules.fleet.node import Node


class Names:
    """The names of a fleet. Those of nodes that share a virtual router are one set: they are one cluster's."""

    def __init__(self, run: Run) -> None:
        self._of_node: dict[str, list[Occurrence]] = {node.name: _of(node) for node in run.fleet.nodes}
        self._clusters = _clusters(run)
        self._owners = run.owners
        self._by_path: dict[str, list[Occurrence]] = {}
        for found in self._of_node.values():
            for occurrence in found:
                self._by_path.setdefault(occurrence.span.source.path, []).append(occurrence)
        for path, found in self._by_path.items():
            unique = {(o.span.start, o.span.end, o.key): o for o in found}
            self._by_path[path] = sorted(unique.values(), key=lambda o: (o.span.start, -o.span.end))

    def at(self, path: str, offset: int) -> Occurrence | None:
        """The name at an offset of a file, also right behind its last character."""
        found = self._by_path.get(path, [])
        at = bisect_right([o.span.start for o in found], offset)
        around = (o for o in reversed(found[:at]) if o.span.start <= offset <= o.span.end)
        return next(around, None)

    def in_file(self, path: str) -> list[Occurrence]:
        """The names of a file, in its order."""
        return self._by_path.get(path, [])

    def every(self, key: NameKey, path: str) -> list[Occurrence]:
        """All places with a name, on all nodes of the clusters that read a file: that file's first, each once."""
        found: dict[tuple[str, int], Occurrence] = {}
        for node in self.nodes(path):
            for occurrence in self._of_node.get(node, ()):
                if occurrence.key == key:
                    span = occurrence.span
                    found.setdefault((span.source.path, span.start), occurrence)
        return sorted(found.values(), key=lambda o: o.span.source.path != path)

    def nodes(self, path: str) -> list[str]:
        """The names of the nodes that read a file, and after them the other ones of their clusters."""
        owners = self._owners.get(path, ())
        others = [name for owner in owners for name in self._clusters.get(owner, (owner,))]
        return list(dict.fromkeys((*owners, *others)))

    def definitions(self, key: NameKey, path: str) -> list[Occurrence]:
        """The definitions of a name: those of the nodes that read a file if they have one, else the other nodes'."""
        found = [occurrence for occurrence in self.every(key, path) if occurrence.defines]
        own = set(self._owners.get(path, ()))
        here = [o for o in found if own & set(self._owners.get(o.span.source.path, ()))]
        return here or found

    def known(self, kind: str, path: str, owner: str = "") -> list[str]:
        """The names of a kind that the nodes that read a file define, in their order."""
        found = (o for node in self._owners.get(path, ()) for o in self._of_node.get(node, ()))
        return list(dict.fromkeys(o.key.name for o in found if o.defines and o.key[::2] == (kind, owner)))


@lru_cache(maxsize=4)
def names_of(run: Run) -> Names:
    """The names of a run; made once."""
    return Names(run)


def _of(node: Node) -> list[Occurrence]:
    found: list[Occurrence] = []
    if node.haproxy is not None:
        found += haproxy.occurrences(node.haproxy)
    if node.keepalived is not None:
        found += keepalived.occurrences(node.keepalived)
    return found


def _clusters(run: Run) -> dict[str, tuple[str, ...]]:
    """Node -> the nodes of its cluster: all that are joined by virtual routers; without any router, all nodes."""
    nodes = [node.name for node in run.fleet.nodes]
    groups = run.fleet.vrrp_groups
    if not any(node.keepalived is not None for node in run.fleet.nodes):
        return dict.fromkeys(nodes, tuple(nodes))
    number = {name: at for at, name in enumerate(nodes)}
    joined = Joined(range(len(nodes)), lambda one, other: True)
    for group in groups:
        members = [number[member.node.name] for member in group]
        for other in members[1:]:
            joined.join(members[0], other)
    return {nodes[at]: tuple(nodes[other] for other in sorted(indexes)) for indexes in joined.sets() for at in indexes}
