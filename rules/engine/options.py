"""The options of a run: what is known besides the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.engine.finding import NodeFiles, Skipped
from rules.engine.registry import Selection
from rules.engine.settings import RuleSettings

if TYPE_CHECKING:
    from parsers.keepalived.include import IncludeReader
    from parsers.keepalived.tree import KeepalivedDocument
    from rules.live.observations import Observations
    from rules.plan.model import Cluster


class Options(NamedTuple):
    """How `lint` runs.

    `nodes`: the grouping, when it is known (else it is made from the paths); `kinds`: path -> kind where the
    content must not decide; `config_ids`: node name -> keepalived config-id for `@id` lines (a node that is
    missing here is evaluated only when its own name stands in its file); `include`: reads the files that
    keepalived.conf includes, else they are looked up among the given files; `per_file_ignores`: glob -> codes.
    `cluster`: what halb.toml and the command line say; `observed`: what the network answered, None when it was not
    asked. Asking is not done here: `rules.live.observe`. `documents`: path -> keepalived.conf, parsed already with the
    same `include` and for no node in particular.
    """

    selection: Selection = Selection()
    settings: RuleSettings = RuleSettings()
    nodes: Sequence[NodeFiles] | None = None
    kinds: Mapping[str, str] = {}
    config_ids: Mapping[str, str] = {}
    include: IncludeReader | None = None
    per_file_ignores: Mapping[str, Sequence[str]] = {}
    skipped: Sequence[Skipped] = ()
    cluster: Cluster | None = None
    observed: Observations | None = None
    documents: Mapping[str, KeepalivedDocument] = {}
