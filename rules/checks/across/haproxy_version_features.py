"""XN104: two nodes whose haproxy.cfg no one release takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.absent import absent

if TYPE_CHECKING:
    from rules.engine.settings import RuleSettings
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node
    from rules.support.haproxy.absent import Absent


@rule("XN104", "haproxy-version-features", Severity.INFO, Scope.FLEET)
def check(fleet: Fleet, settings: RuleSettings) -> Iterator[Hit]:
    """The haproxy.cfg of one node needs a newer release than another node's file allows.

    Why it hurts: the nodes run different releases, so after a failover the VIP is served by a haproxy that behaves
    differently, and a file that is copied from one to the other is refused there.

    How to fix: install one release on all nodes, and write the files for it; then set `haproxy-version` in `[lint]` of
    halb.toml.

    Silent when: a known release from 2.6 on has the keywords, options and actions of all nodes; one file alone has
    words that no release has together; `haproxy-version` is set, which `removed-keyword` and `newer-keyword` go by.
    Sample fetches and converters are not compared.
    """
    nodes = [node for node in fleet.nodes if node.haproxy is not None]
    if settings.haproxy_version is not None or len(nodes) < 2:
        return
    from parsers.keywords.haproxy import haproxy_table

    versions = haproxy_table().versions
    # Nearly always the oldest or the newest release takes all files.
    if any(all(_first_absent(node, version) is None for node in nodes) for version in (versions[0], versions[-1])):
        return
    taken = [(node, [v for v in versions if _first_absent(node, v) is None]) for node in nodes]
    taken = [(node, releases) for node, releases in taken if releases]
    if not taken:
        return
    newer, since = max(((node, versions.index(releases[0])) for node, releases in taken), key=lambda pair: pair[1])
    older, until = min(((node, versions.index(releases[-1])) for node, releases in taken), key=lambda pair: pair[1])
    needs, keeps = _first_absent(newer, versions[until]), _first_absent(older, versions[since])
    if since > until and needs is not None and keeps is not None:
        yield _hit(newer, needs, versions[since], older, keeps, versions[until])


def _first_absent(node: Node, version: str) -> Absent | None:
    """The first word of the node's file that the release does not have."""
    return next(absent(node.haproxy, version), None) if node.haproxy is not None else None


def _hit(newer: Node, needs: Absent, since: str, older: Node, keeps: Absent, until: str) -> Hit:
    return Hit(
        needs.word.span,
        f"{newer.name} needs haproxy {since} for {needs.what}, but {older.name} has {keeps.what}, which haproxy "
        f"{until} was the last to take: no release takes both files",
        help=f"install one release on all nodes, and replace {keeps.what} on {older.name}",
        note=f"since {since}",
        related=[Related(keeps.word.span, f"{older.name}: until {until}", older.name)],
        node=newer.name,
    )
