"""Files in, report out: parses, groups, runs the rules of each scope, collects what they say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from parsers.source import Span
from rules.engine.finding import Finding, Hit, Location, NodeFiles, Report, Skipped
from rules.engine.registry import Rule, Scope, Selection, rules_of
from rules.engine.secrets import Secrets
from rules.engine.settings import Settings
from rules.engine.suppress import Suppressions
from rules.files.includes import MappingIncludes
from rules.files.kinds import kind_of
from rules.fleet.grouping import InputFile, group
from rules.fleet.node import Fleet, Node
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyDocument
    from parsers.keepalived.include import IncludeReader
    from parsers.keepalived.tree import KeepalivedDocument
    from parsers.tree import Document
    from rules.fleet.endpoint import Endpoint
    from rules.live.observations import Observations
    from rules.plan.model import Cluster


_ALONE = Skipped("XN", "only one node was given; cross-node rules need two")
_UNKNOWN = {
    "network": "it needs the network; add '--live'",
    "endpoint": "no endpoint is known; pass '--endpoint NAME[:PORT]' or set 'endpoint' under [cluster] in halb.toml",
    "vip": "no VIP is known; pass '--vip ADDR' or set 'address' under [vip] in halb.toml",
    "control-plane": "no control-plane node is known; add [[control_plane]] to halb.toml, or servers to haproxy.cfg",
}


class Options(NamedTuple):
    """How `lint` runs.

    `nodes`: the grouping, when it is known (else it is made from the paths); `kinds`: path -> kind where the content
    must not decide; `config_ids`: node name -> keepalived config-id for `@id` lines (a node that is missing here is
    evaluated only if its own name is in its file); `include`: reads the files that keepalived.conf includes, else they
    are looked up among the given files; `per_file_ignores`: glob -> codes. `cluster`: what halb.toml and the command
    line say; `observed`: what the network answered, None when it was not asked. Asking is not done here:
    `rules.live.observe`.
    """

    selection: Selection = Selection()
    settings: Settings = Settings()
    nodes: Sequence[NodeFiles] | None = None
    kinds: Mapping[str, str] = {}
    config_ids: Mapping[str, str] = {}
    include: IncludeReader | None = None
    per_file_ignores: Mapping[str, Sequence[str]] = {}
    skipped: Sequence[Skipped] = ()
    cluster: Cluster | None = None
    observed: Observations | None = None


def lint(files: Mapping[str, str], options: Options | None = None) -> Report:
    """The findings on a fleet's files, given as path -> text. Uses no file, network or clock."""
    return Run(files, options or Options()).report()


class Run:
    """One run in two steps, for callers that need the fleet before the report, to know what to query on the network."""

    def __init__(self, files: Mapping[str, str], options: Options) -> None:
        self.files = files
        self.options = options
        self.documents: list[Document] = []
        self.crashes: list[str] = []
        self.ran: set[str] = set()
        self.node_files = list(options.nodes) if options.nodes is not None else self._grouped()
        self._haproxy: dict[str, HaproxyDocument] = {}
        nodes = [self._node(node) for node in self.node_files]
        self.fleet = Fleet(nodes)
        self.owners = _owners(nodes)
        self.secrets = Secrets(self._secrets)
        self.observed = options.observed
        self._answers: Callable[[], Observations] | None = None

    def _grouped(self) -> list[NodeFiles]:
        inputs = []
        for path, text in self.files.items():
            kind = self.options.kinds.get(path) or kind_of(path, text)
            if kind is not None:
                inputs.append(InputFile(path, kind, path))
        return group(inputs)

    def _node(self, files: NodeFiles) -> Node:
        haproxy = keepalived = None
        if files.haproxy:
            from parsers.facts.haproxy import haproxy_facts

            haproxy = haproxy_facts([self._haproxy_document(path) for path in files.haproxy])
        if files.keepalived:
            from parsers.facts.keepalived import keepalived_facts

            keepalived = keepalived_facts(self._keepalived_document(files))
        return Node(files, haproxy, keepalived)

    def _haproxy_document(self, path: str) -> HaproxyDocument:
        from parsers.haproxy import parse_haproxy

        if path not in self._haproxy:
            self._haproxy[path] = parse_haproxy(self.files[path], path)
            self.documents.append(self._haproxy[path])
        return self._haproxy[path]

    def _keepalived_document(self, files: NodeFiles) -> KeepalivedDocument:
        from parsers.keepalived import parse_keepalived

        path = files.keepalived[0]
        include = self.options.include or MappingIncludes(self.files)
        config_id = self.options.config_ids.get(files.name)
        document = parse_keepalived(self.files[path], path, config_id=config_id, include=include)
        if config_id is None and files.name in document.conditions:
            # The file has lines for a machine with the node's name, so that is the machine.
            document = parse_keepalived(self.files[path], path, config_id=files.name, include=include)
        self.documents.append(document)
        return document

    @cached_property
    def endpoint(self) -> Endpoint:
        """The endpoint that these files and the options describe."""
        from rules.fleet.endpoint import endpoint_of

        return endpoint_of(self.options.cluster, self.fleet)

    def report(self, answers: Callable[[], Observations] | None = None) -> Report:
        """Run the selected rules and collect their findings.

        `answers` returns the network's answers; it is called after all other rules have run, so that it may wait.
        """
        self._answers = answers
        findings = _without_doubles(self._findings(self._work()))
        sources = [source for document in self.documents for source in document.sources]
        if self.options.cluster is not None:
            sources.append(self.options.cluster.source)
        suppressions = Suppressions(sources, self.ran)
        kept = [f for f in findings if not suppressions.hide(f) and not self._ignored_for_file(f)]
        own = [(rule, suppressions, None) for rule in self._selected(Scope.LINT, any(suppressions.ignores))]
        return Report(
            nodes=self.node_files,
            findings=sorted([*kept, *self._findings(own)], key=lambda finding: finding.sort_key),
            skipped=self._skipped,
            suppressed=len(findings) - len(kept),
            secrets=self.secrets,
            crashes=self.crashes,
        )

    def _secrets(self) -> list[Span]:
        spans = [span for document in self.documents for span in document.secrets]
        return [*spans, *(self.options.cluster.secrets if self.options.cluster else ())]

    def _skipped(self) -> list[Skipped]:
        """Inputs and rules that were left out, with the reason."""
        live = [rule for scope in Scope if scope.live for rule in self._selected(scope, True)]
        return [
            *self.options.skipped,
            *([_ALONE] if len(self.fleet.nodes) == 1 else []),
            *(Skipped(rule.code, reason) for rule in live if (reason := self._missing(rule))),
        ]

    def _missing(self, rule: Rule) -> str:
        """Why a live rule can't run here, or ""."""
        endpoint = self.endpoint
        known = {
            "network": self.observed is not None,
            "endpoint": endpoint.name is not None,
            "vip": bool(endpoint.vips),
            "control-plane": bool(endpoint.control_plane),
        }
        return next((_UNKNOWN[need] for need in rule.needs if not known[need]), "")

    def _live_work(self) -> Iterator[tuple[Rule, Any, Node | None]]:
        """The live rules for which everything that they need is known."""
        cluster = self.options.cluster
        if self._answers is None and self.observed is None and (cluster is None or cluster.endpoint is None):
            return
        from rules.live.observations import NOTHING
        from rules.live.views.view import LiveView

        live = [rule for scope in Scope if scope.live for rule in self._selected(scope, True)]
        if self._answers is not None:
            self.observed = self._answers()
        view = LiveView(self.endpoint, self.observed or NOTHING, self.fleet)
        rules = [rule for rule in live if not self._missing(rule)]
        self.ran.update(rule.code for rule in rules)
        yield from ((rule, view, None) for rule in rules)

    def _selected(self, scope: Scope, needed: bool) -> list[Rule]:
        """The rules of a scope to run; none, and nothing imported, if there is no subject."""
        return [rule for rule in rules_of(scope) if rule in self.options.selection] if needed else []

    def _ignored_for_file(self, finding: Finding) -> bool:
        if not self.options.per_file_ignores:
            return False
        from fnmatch import fnmatch

        return any(
            fnmatch(finding.location.file, pattern)
            and any(code in (finding.name, "ALL") or finding.code.startswith(code) for code in codes)
            for pattern, codes in self.options.per_file_ignores.items()
        )

    def _findings(self, work: Iterable[tuple[Rule, Any, Node | None]]) -> Iterator[Finding]:
        for rule, subject, node in work:
            try:
                hits = list(rule.run(subject, self.options.settings))
            except Exception as error:
                self.crashes.append(_crash(rule, node, error))
                continue
            for hit in hits:
                yield self._finding(rule, hit, node)

    def _work(self) -> Iterator[tuple[Rule, Any, Node | None]]:
        """Every (rule, subject) of the run, with the subject's node."""
        nodes = self.fleet.nodes
        by_path = {document.source.path: node for node in nodes for document in _documents(node)}
        subjects: dict[Scope, list[tuple[Any, Node | None]]] = {
            Scope.PARSE: [(d, by_path[d.source.path]) for d in self.documents if d.problems],
            Scope.KEEPALIVED: [(node.keepalived, node) for node in nodes if node.keepalived],
            Scope.HAPROXY: [(node.haproxy, node) for node in nodes if node.haproxy],
            Scope.NODE: [(node, node) for node in nodes if node.haproxy and node.keepalived],
            Scope.FLEET: [(self.fleet, None)] if len(nodes) > 1 else [],
            Scope.GIVEN: [(self.fleet, None)] if nodes else [],
        }
        for scope, given in subjects.items():
            rules = self._selected(scope, bool(given))
            self.ran.update(rule.code for rule in rules)
            yield from ((rule, subject, node) for rule in rules for subject, node in given)
        yield from self._live_work()

    def _finding(self, rule: Rule, hit: Hit, node: Node | None) -> Finding:
        def located(span: Span, note: str, name: str | None) -> Location:
            if name is None:
                owners = self.owners.get(span.source.path, ())
                name = node.name if node and (node.name in owners or not owners) else next(iter(owners), "")
            return Location.of(span, name, note)

        spans = [hit.span, *(place.span for place in hit.related)]

        def shown(text: str) -> str:
            return clipped(self.secrets.message(text, spans))

        return Finding(
            rule.code,
            rule.name,
            hit.severity or rule.severity,
            shown(hit.message),
            located(hit.span, shown(hit.note), hit.node),
            [located(at.span, shown(at.note), at.node) for at in hit.related],
            shown(hit.help),
        )


def _documents(node: Node) -> Iterator[Document]:
    if node.haproxy:
        yield from node.haproxy.documents
    if node.keepalived:
        yield node.keepalived.document


def _owners(nodes: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    """Path -> the names of the nodes that read the file, included files too."""
    owners: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        for document in _documents(node):
            for source in document.sources:
                owners[source.path] = (*owners.get(source.path, ()), node.name)
    return owners


def _without_doubles(findings: Iterable[Finding]) -> list[Finding]:
    """One finding per place and message: a file that serves several nodes is reported once."""
    unique: dict[tuple[Any, ...], Finding] = {}
    for finding in findings:
        at = finding.location
        unique.setdefault((finding.code, at.file, at.line, at.column, finding.message), finding)
    return list(unique.values())


def _crash(rule: Rule, node: Node | None, error: Exception) -> str:
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f" on node {node.name}" if node else ""
    return f"rule {rule.code} {rule.name} failed{where}: {type(error).__name__} at {last.filename}:{last.lineno}"
