"""From files to a rehearsal of them: what the command line and the wizard have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rules import RuleSettings, Run, options_for
from rules.command import CONFIG_NAME
from rules.files import DiskIncludes, read_cluster_nodes
from rules.plan import read_cluster
from wizard.rehearsal.checks import lacking_for
from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.events import turns
from wizard.rehearsal.rehearse import Rehearsal
from wizard.rehearsal.running.systems import Programs, release_of
from wizard.rehearsal.staging.stage import stage_of

if TYPE_CHECKING:
    from rules.files import Inputs
    from rules.plan import Cluster
    from wizard.rehearsal.staging.stage import Stage


def laid(files: Mapping[str, tuple[str, int]], folder: Path) -> tuple[Inputs, Cluster]:
    """Files that are on no disk yet (text and mode by path, halb.toml among them), written to a folder and read there.

    Raises RehearsalError when the load balancers' files can't be read.
    """
    for name, (text, mode) in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)
    cluster = read_cluster(folder / CONFIG_NAME)
    inputs = read_cluster_nodes(cluster, None)
    if inputs.errors:
        raise RehearsalError(*inputs.errors)
    return inputs, cluster


def staged(inputs: Inputs, cluster: Cluster | None, programs: Programs) -> tuple[Stage, Run]:
    """What would be played with files that were read, on whatever machine, and the run that judges them.

    Raises RehearsalError when these files can't be rehearsed.
    """
    settings = RuleSettings(keepalived_version=release_of(programs))
    run = Run(
        inputs.texts,
        options_for(cluster, inputs.nodes, settings=settings, kinds=inputs.kinds, include=DiskIncludes()),
    )
    return stage_of(run, cluster), run


def planned(
    inputs: Inputs, cluster: Cluster | None, programs: Programs, events: Sequence[str] = (), *, pairs: bool = False
) -> tuple[Rehearsal, Run]:
    """The rehearsal of files that were read, and the run that judges them; predicted is what the daemons' release does.

    `events` choose (see `turns`). Raises RehearsalError when these files, or this machine, can't be rehearsed.
    """
    stage, run = staged(inputs, cluster, programs)
    if reasons := lacking_for(stage):
        raise RehearsalError(*reasons)
    chosen = turns(stage, events, pairs=pairs)
    return Rehearsal(stage, run.fleet.nodes, run.failover(pairs=pairs), chosen, programs), run
