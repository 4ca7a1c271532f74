"""Files in, report out. `lint` is the first page: parse, group, run the rules of each scope, locate, report. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from parsers.misspelling import Misspellings
from parsers.records import cached_property
from parsers.source import Source, Span
from rules.engine.finding import Finding, Report, Skipped
from rules.engine.locating import Locator, without_doubles, without_explained
from rules.engine.options import Options
from rules.engine.parsing import ParsedFiles, documents_of
from rules.engine.registry import Rule, Scope, rules_of
from rules.engine.secrets import Secrets
from rules.engine.settings import RuleSettings
from rules.engine.suppress import Suppressions, ignored_for_file
from rules.engine.wanted import idle_modules

if TYPE_CHECKING:
    from rules.engine.needs import FileNeeds, MachineNeeds, Needs
    from rules.failover.table.rows import FailoverTable
    from rules.fleet.cluster import ClusterFiles
    from rules.fleet.node import Node
    from rules.live.endpoint import Endpoint
    from rules.live.machine.observed import MachineObservations
    from rules.live.native.answers import NativeAnswers
    from rules.live.native.view import NativeView
    from rules.live.observations import Observations
    from rules.live.views.machine import MachineView

__all__ = ["Options", "Run", "lint"]

_ALONE = Skipped("XN", "only one node was given; cross-node rules need two")
_LIVE = tuple(scope for scope in Scope if scope.live)

_Work = tuple[Rule, Any, "Node | None"]
"""A rule, the subject that it is to judge, and the node that the subject is of (None: the fleet)."""


def lint(files: Mapping[str, str], options: Options | None = None) -> Report:
    """The findings on a fleet's files, given as path -> text. Uses no file, network or clock."""
    return Run(files, options or Options()).report()


class Run:
    """One run in steps, for callers that need the fleet before the report, to know what to query on the network."""

    def __init__(self, files: Mapping[str, str], options: Options) -> None:
        self.options = options
        parsed = ParsedFiles(files, options)
        self.node_files, self.documents, self.fleet = parsed.node_files, parsed.documents, parsed.fleet
        self._kubernetes, self.unread = parsed.kubernetes, parsed.unread
        self.secrets = Secrets(self._secrets)
        self._locator = Locator(self.fleet.nodes, self.secrets)
        self.owners = self._locator.owners
        self.ran: set[str] = set()
        self._crashes: list[str] = []
        self._misspellings = Misspellings()

    @cached_property
    def endpoint(self) -> Endpoint:
        """The endpoint that these files and the options describe."""
        from rules.live.endpoint import endpoint_of

        return endpoint_of(self.options.cluster, self.fleet)

    def judge_files(self) -> None:
        """Run the rules that need no network now, while the queries are under way; else `report` does it."""
        _ = self._about_files
        if self._has_endpoint:
            for scope in _LIVE:
                self._selected(scope)

    def report(
        self,
        observed: Observations | None = None,
        machine: MachineObservations | None = None,
        native: NativeAnswers | None = None,
    ) -> Report:
        """Run the selected rules and collect their findings; `observed`, `machine` and `native` (else the options') are
        for the rules about the network's answers, about this machine and about what the daemons say.
        """
        observed = self.options.observed if observed is None else observed
        view = self._machine_view(self.options.machine if machine is None else machine)
        work = (*self._live_work(observed), *self._machine_work(view))
        findings = without_doubles([*self._about_files, *self._findings(work)])
        findings = without_explained(findings)
        told = self._native_view(self.options.native if native is None else native, findings)
        if told is not None:
            findings += without_doubles(self._findings(self._work(Scope.NATIVE, [(told, None)])))
        suppressions = Suppressions(self.sources, self.ran)
        ignores = self.options.per_file_ignores
        kept = [f for f in findings if not suppressions.hide(f) and not ignored_for_file(f, ignores)]
        rules = self._selected(Scope.LINT) if any(suppressions.ignores) else []
        own = self._findings((rule, suppressions, None) for rule in rules)
        if self.options.severities:
            for finding in (*kept, *own):
                finding.severity = self.options.severities.get(finding.code, finding.severity)
        shown = sorted([*kept, *own], key=lambda finding: finding.sort_key)
        return Report(
            nodes=self.node_files,
            findings=self._once(shown),
            skipped=lambda: list(self._skipped(observed, view, told)),
            suppressed=len(findings) - len(kept),
            secrets=self.secrets,
            crashes=self._crashes,
        )

    def failover(self, *, pairs: bool = True) -> FailoverTable:
        """Who has each VIP after every failure (without `pairs`: after single ones), with no secret in any word."""
        from rules.failover.table.table import failover_table

        return failover_table(self.fleet, pairs=pairs).shown(self.secrets.anywhere)

    def _once(self, findings: list[Finding]) -> list[Finding]:
        """The findings without what was said of another node already."""
        if len(findings) < 2 or len(self.node_files) < 2:
            return findings
        from rules.engine.merging import merged

        return merged(findings)

    # -- what the rules look at

    @cached_property
    def _about_files(self) -> list[Finding]:
        return list(self._findings(self._file_work()))

    def _file_work(self) -> Iterator[_Work]:
        nodes = self.fleet.nodes
        by_path = {document.source.path: node for node in nodes for document in documents_of(node)}
        subjects: dict[Scope, list[tuple[Any, Node | None]]] = {
            Scope.PARSE: [(d, by_path.get(d.source.path)) for d in self.documents if d.problems],
            Scope.KEEPALIVED: [(node.keepalived, node) for node in nodes if node.keepalived],
            Scope.HAPROXY: [(node.haproxy, node) for node in nodes if node.haproxy],
            Scope.NODE: [(node, node) for node in nodes if node.keepalived],
            Scope.FLEET: [(self.fleet, None)] if len(nodes) > 1 else [],
            Scope.GIVEN: [(self.fleet, None)] if nodes else [],
        }
        for scope, given in subjects.items():
            yield from self._work(scope, given)
        if self._kubernetes is not None or self.options.cluster is not None:
            yield from self._work(Scope.CLUSTER, [(self._cluster_files, None)], self._file_needs)

    def _live_work(self, observed: Observations | None) -> Iterator[_Work]:
        """The live rules for which everything that they need is known."""
        if observed is None and not self._has_endpoint:
            return
        from rules.live.observations import NOTHING
        from rules.live.views.view import LiveView

        view = LiveView(self.endpoint, observed or NOTHING, self.fleet, self._kubernetes)
        needs = self._needs(observed)
        for scope in _LIVE:
            yield from self._work(scope, [(view, None)], needs)

    def _machine_view(self, seen: MachineObservations | None) -> MachineView | None:
        if seen is None:
            return None
        from rules.live.views.machine import MachineView

        return MachineView(self.fleet, seen)

    def _native_view(self, told: NativeAnswers | None, findings: list[Finding]) -> NativeView | None:
        if told is None:
            return None
        from rules.live.native.view import NativeView

        return NativeView(self.fleet, told, findings)

    def _machine_work(self, view: MachineView | None) -> Iterator[_Work]:
        """The rules about this machine for which everything that they need is known."""
        if view is not None and view.here is not None:
            yield from self._work(Scope.MACHINE, [(view, view.here)], self._machine_needs(view))

    def _work(
        self,
        scope: Scope,
        subjects: list[tuple[Any, Node | None]],
        needs: Needs | FileNeeds | MachineNeeds | None = None,
    ) -> Iterator[_Work]:
        """The rules of a scope with their subjects; nothing is imported where there is no subject."""
        rules = self._selected(scope) if subjects else []
        if needs is not None:
            rules = [rule for rule in rules if not needs.missing(rule)]
        self.ran.update(rule.code for rule in rules)
        yield from ((rule, subject, node) for rule in rules for subject, node in subjects)

    def _selected(self, scope: Scope) -> list[Rule]:
        idle = self._idle.get(scope, ())
        return [rule for rule in rules_of(scope, idle) if rule in self.options.selection]

    @cached_property
    def _idle(self) -> dict[Scope, Collection[str]]:
        """The modules of rules with nothing to say about these files, for the scopes that are about them."""
        nodes = self.fleet.nodes
        keepalived = idle_modules(
            source.text for n in nodes if n.keepalived for source in n.keepalived.document.sources
        )
        haproxy = idle_modules(document.source.text for n in nodes if n.haproxy for document in n.haproxy.documents)
        found: dict[Scope, Collection[str]] = dict.fromkeys(
            (Scope.NODE, Scope.FLEET, Scope.GIVEN), keepalived & haproxy
        )
        return {**found, Scope.KEEPALIVED: keepalived, Scope.HAPROXY: haproxy}

    def _needs(self, observed: Observations | None) -> Needs:
        from rules.engine.needs import Needs

        return Needs(self.endpoint, observed, self._kubernetes)

    def _machine_needs(self, view: MachineView | None) -> MachineNeeds:
        from rules.engine.needs import MachineNeeds

        return MachineNeeds(view)

    @cached_property
    def _cluster_files(self) -> ClusterFiles:
        from rules.fleet.cluster import ClusterFiles

        return ClusterFiles(self.fleet, self.options.cluster, self._kubernetes)

    @property
    def _file_needs(self) -> FileNeeds:
        from rules.engine.needs import FileNeeds

        return FileNeeds(self._cluster_files.known, tuple(self.unread))

    @property
    def _has_endpoint(self) -> bool:
        return self.options.cluster is not None and self.options.cluster.endpoint is not None

    # -- what comes of it

    def _findings(self, work: Iterable[_Work]) -> Iterator[Finding]:
        for rule, subject, node in work:
            try:
                with self._misspellings:
                    hits = list(rule.run(subject, self.options.settings))
            except Exception as error:
                self._crashes.append(_crash(rule, node, error))
                continue
            yield from (self._locator.finding(rule, hit, node) for hit in hits)

    def _skipped(
        self, observed: Observations | None, view: MachineView | None, told: NativeView | None
    ) -> Iterator[Skipped]:
        """Inputs and rules that were left out, with the reason."""
        yield from self.options.skipped
        if len(self.fleet.nodes) == 1:
            yield _ALONE
        if self.options.settings != RuleSettings():
            from rules.support.releases import unchecked

            yield from (Skipped(code, reason) for code, reason in unchecked(self.options.settings))
        for rule in self._selected(Scope.CLUSTER):
            if reason := self._file_needs.missing(rule):
                yield Skipped(rule.code, reason)
        needs = self._needs(observed)
        for rule in (rule for scope in _LIVE for rule in self._selected(scope)):
            if reason := needs.missing(rule):
                yield Skipped(rule.code, reason)
        about_machine = self._machine_needs(view)
        if view is not None:
            yield from (Skipped(code, reason) for code, reason in view.gaps)
        for rule in self._selected(Scope.MACHINE):
            if reason := about_machine.missing(rule):
                yield Skipped(rule.code, reason)

        if told is not None:
            yield from (Skipped(code, reason) for code, reason in told.unknown())

    @property
    def sources(self) -> list[Source]:
        """Every text that was read: the nodes' files with what they include, those about the cluster, halb.toml."""
        sources = [source for document in self.documents for source in document.sources]
        return [*sources, *([self.options.cluster.source] if self.options.cluster else ())]

    def _secrets(self) -> list[Span]:
        spans = [span for document in self.documents for span in document.secrets]
        cluster = self.options.cluster
        if cluster is None:
            return spans
        from rules.plan.secrets import plan_secrets

        return [*spans, *cluster.secrets, *plan_secrets(cluster.source)]


def _crash(rule: Rule, node: Node | None, error: Exception) -> str:
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f" on node {node.name}" if node else ""
    return f"rule {rule.code} {rule.name} failed{where}: {type(error).__name__} at {last.filename}:{last.lineno}"
