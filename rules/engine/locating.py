"""Hits into findings: whose file it is, what may be shown of it, and what was found twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from parsers.source import Span
from rules.engine.finding import Finding, Hit, Location
from rules.engine.parsing import documents_of
from rules.engine.registry import Rule
from rules.engine.secrets import Secrets
from rules.fleet.node import Node
from rules.text.wording import clipped

SAME_FILE = "the same file"


class Locator:
    """Builds findings. `owners`: path -> the names of the nodes that read the file, included files too."""

    def __init__(self, nodes: Iterable[Node], secrets: Secrets) -> None:
        nodes = tuple(nodes)
        self.owners = _owners(nodes)
        self._secrets = secrets
        # What fills them in may depend on every line: nothing in them is changed.
        self._templates = {
            document.source.path
            for node in nodes
            for document in documents_of(node)
            if getattr(document, "templated", False)
        }

    def finding(self, rule: Rule, hit: Hit, node: Node | None) -> Finding:
        """What a rule saw, ready to be shown; `node` is the one that it was looking at, None for the whole fleet."""
        spans = self._secrets.near([hit.span, *(place.span for place in hit.related)])
        known: dict[str, str] = {}

        def shown(text: str) -> str:
            # A hit with thousands of further places has the same few words about each.
            if text not in known:
                known[text] = clipped(self._secrets.message(text, spans))
            return known[text]

        finding = Finding(
            rule.code,
            rule.name,
            hit.severity or rule.severity,
            shown(hit.message),
            self._location(hit.span, shown(hit.note), hit.node, node),
            [self._location(at.span, shown(at.note), at.node, node) for at in hit.related],
            shown(hit.help),
            unless=hit.unless,
        )
        if hit.fix is not None and hit.span.source.path not in self._templates:
            finding.fixes = (hit.fix,)
        return finding

    def _location(self, span: Span, note: str, name: str | None, node: Node | None) -> Location:
        if name is None:
            owners = self.owners.get(span.source.path, ())
            name = node.name if node and (node.name in owners or not owners) else next(iter(owners), "")
        return Location.of(span, name, note)


def without_explained(findings: Sequence[Finding]) -> list[Finding]:
    """Without the findings that another rule explains better (`Hit.unless`)."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)

    def explained(finding: Finding) -> bool:
        better = (other for code in finding.unless for other in by_code.get(code, ()))
        return any(other.severity >= finding.severity and other.concerned & finding.concerned for other in better)

    return [finding for finding in findings if not finding.unless or not explained(finding)]


def _owners(nodes: Iterable[Node]) -> Mapping[str, tuple[str, ...]]:
    owners: dict[str, list[str]] = {}
    for node in nodes:
        for document in documents_of(node):
            for source in document.sources:
                owners.setdefault(source.path, []).append(node.name)
    return {path: tuple(names) for path, names in owners.items()}


def without_doubles(findings: Iterable[Finding]) -> list[Finding]:
    """One finding per place and message: a file that serves several nodes is reported once, for all of them."""
    unique: dict[tuple[Any, ...], tuple[Finding, dict[str, Location]]] = {}
    for finding in findings:
        at = finding.location
        key = (finding.code, at.file, at.line, at.column, finding.message)
        known = unique.get(key)
        if known is None:
            unique[key] = finding, {place.node: place for place in finding.places}
        else:
            known[1].setdefault(at.node, at._replace(note=SAME_FILE))
    for first, places in unique.values():
        own = {place.node for place in first.places}
        first.copies = (*first.copies, *(place for node, place in places.items() if node not in own))
    return [first for first, _ in unique.values()]
