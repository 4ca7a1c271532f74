"""The one maker of options: what a plan says about linting its files, and which files are whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rules.engine.registry import Selection
from rules.engine.run import Options
from rules.engine.settings import Settings

if TYPE_CHECKING:
    from parsers.keepalived.include import IncludeReader
    from rules.engine.finding import NodeFiles
    from rules.plan.model import Cluster


def options_for(
    cluster: Cluster | None,
    nodes: Sequence[NodeFiles] | None = None,
    *,
    selection: Selection | None = None,
    settings: Settings | None = None,
    kinds: Mapping[str, str] | None = None,
    config_ids: Mapping[str, str] | None = None,
    include: IncludeReader | None = None,
) -> Options:
    """The options for linting the files of these nodes, with the choices that halb.toml makes under `[lint]`.

    `selection` and `settings` replace those of `[lint]`. `config_ids` None: each node is the machine of its name.
    Raises UnknownRuleError when `[lint]` names a rule that does not exist.
    """
    choices = cluster.lint if cluster is not None else None
    if selection is None:
        selection = Selection(choices.select, choices.ignore) if choices else Selection()
    if settings is None:
        settings = Settings(choices.haproxy_version, choices.keepalived_version) if choices else Settings()
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
        cluster=cluster,
    )
