"""The options of a run: what is known besides the files, and the one maker of them for a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import NodeFiles, Severity, Skipped
from rules.engine.registry import Selection, UnknownRuleError, find_rules
from rules.engine.settings import RuleSettings

if TYPE_CHECKING:
    from parsers.keepalived.include import IncludeReader
    from parsers.keepalived.tree import KeepalivedDocument
    from rules.live.machine.observed import MachineObservations
    from rules.live.native.answers import NativeAnswers
    from rules.live.observations import Observations
    from rules.plan.model import Cluster


class Options(NamedTuple):
    """How `lint` runs.

    `nodes`: the grouping, when it is known (else it is made from the paths); `kinds`: path -> kind where the content
    must not decide; `config_ids`: node name -> keepalived config-id for `@id` lines (a node that is missing here is
    evaluated only if its own name is in its file); `include`: reads the files that keepalived.conf includes, else they
    are looked up among the given files; `per_file_ignores`: glob -> codes; `severities`: code -> what the rule reports,
    whatever its own is. `cluster`: what halb.toml and the command line say; `observed`: what the network answered, None
    when it was not asked (asking is not done here but in `rules.live.asking`); `machine`: what this machine showed,
    likewise. `documents`: path -> keepalived.conf, parsed already with the same `include` and for no node in
    particular.
    """

    selection: Selection = Selection()
    settings: RuleSettings = RuleSettings()
    nodes: Sequence[NodeFiles] | None = None
    kinds: Mapping[str, str] = {}
    config_ids: Mapping[str, str] = {}
    include: IncludeReader | None = None
    per_file_ignores: Mapping[str, Sequence[str]] = {}
    severities: Mapping[str, Severity] = {}
    skipped: Sequence[Skipped] = ()
    cluster: Cluster | None = None
    observed: Observations | None = None
    machine: MachineObservations | None = None
    native: NativeAnswers | None = None
    documents: Mapping[str, KeepalivedDocument] = {}


def options_for(
    cluster: Cluster | None,
    nodes: Sequence[NodeFiles] | None = None,
    *,
    selection: Selection | None = None,
    settings: RuleSettings | None = None,
    kinds: Mapping[str, str] | None = None,
    config_ids: Mapping[str, str] | None = None,
    include: IncludeReader | None = None,
    documents: Mapping[str, KeepalivedDocument] | None = None,
) -> Options:
    """The options for linting the files of these nodes, with the choices that halb.toml makes under `[lint]`.

    `selection` and `settings` replace those of `[lint]`; where that names no release, `version` of `[haproxy]` and
    `[vrrp]` does. `config_ids` None: each node is the machine of its name.
    Raises UnknownRuleError when `[lint]` names a rule that does not exist.
    """
    choices = cluster.lint if cluster is not None else None
    if selection is None:
        selection = Selection(choices.select, choices.ignore) if choices else Selection()
    if settings is None:
        settings = RuleSettings(*cluster.releases) if cluster is not None else RuleSettings()
    if config_ids is None:
        config_ids = {node.name: node.name for node in nodes or ()}
    return Options(
        selection=selection,
        settings=settings,
        nodes=nodes,
        kinds=kinds or {},
        config_ids=config_ids,
        include=include,
        per_file_ignores=choices.per_file_ignores if choices else {},
        severities=severities_of(choices.severity) if choices and choices.severity else {},
        cluster=cluster,
        documents=documents or {},
    )


def severities_of(words: Mapping[str, str]) -> dict[str, Severity]:
    """Code -> severity, for severities ("error", "warning", "info") by code, name or prefix.

    What says more about a rule wins: its code or name before a prefix, a longer prefix before a shorter one. Raises
    UnknownRuleError for a word that names no rule.
    """
    found = []
    for word, severity in words.items():
        rules = find_rules(word)
        if not rules:
            raise UnknownRuleError(word)
        found.append((rules, Severity[severity.upper()]))
    found.sort(key=lambda of_word: -len(of_word[0]))
    return {rule.code: severity for rules, severity in found for rule in rules}
