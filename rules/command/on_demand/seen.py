"""What the network, this machine and the disk have shown besides findings, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.engine.finding import Report
    from rules.engine.run import Run
    from rules.files.inputs import Inputs
    from rules.live.machine.observed import MachineObservations
    from rules.live.observations import Observations


def say_what_was_seen(
    run: Run,
    observed: Observations | None,
    machine: MachineObservations | None,
    report: Report,
    say: Callable[[str], None],
) -> None:
    """Tell what the network's answers and this machine show, a line for each."""
    if observed is not None:
        from rules.live.views.notes import notes

        for note in notes(run.endpoint, observed, run.fleet):
            say(note)
    if machine is not None:
        from rules.command.on_demand.host import notes as machine_notes

        for note in machine_notes(run.fleet, machine, report):
            say(note)


def file_list(inputs: Inputs) -> str:
    """One line per node, kind and path, in aligned columns."""
    rows = [
        (node.name, kind, path)
        for node in inputs.nodes
        for kind, paths in (("haproxy", node.haproxy), ("keepalived", node.keepalived))
        for path in paths
    ]
    rows += [("-", tool, path) for path, tool in inputs.about_cluster.items()]
    width = max((len(name) for name, _, _ in rows), default=0)
    return "".join(f"{name:<{width}}  {kind:<10}  {path}\n" for name, kind, path in rows)
