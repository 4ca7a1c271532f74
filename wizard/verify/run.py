"""`halb-wizard verify`: read the plan, ask the network, show the checklist."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import NamedTuple

from rules.command.options import UsageError
from rules.fleet.endpoint import Endpoint, endpoint_of
from rules.fleet.node import Fleet
from rules.live.views.view import LiveView
from rules.plan.given import Given
from rules.plan.model import ClusterError, Phase
from rules.report.style import Style
from wizard.commands.arguments import Arguments
from wizard.verify.checklist import Checklist, checklist, phase_of

EXIT_PASSED, EXIT_NOT_YET, EXIT_TERMINATED = 0, 1, 143


class Plan(NamedTuple):
    """What a halb.toml, and the files that it names, say about the endpoint."""

    path: Path
    endpoint: Endpoint
    fleet: Fleet


def read_plan(path: Path, phase: str | None = None) -> Plan:
    """The plan of a halb.toml, with another phase if one is given; raises UsageError with what is wrong with it."""
    from rules.live.files import plan_fleet
    from rules.plan import read_cluster

    try:
        cluster = Given(phase=phase).cluster(read_cluster(path))
    except ClusterError as error:
        raise UsageError(str(error)) from error
    assert cluster is not None
    fleet = plan_fleet(cluster)
    plan = Plan(path, endpoint_of(cluster, fleet), fleet)
    _require(plan, plan.endpoint.phase.value if plan.endpoint.phase else None)
    return plan


def _require(plan: Plan, phase: Phase | None) -> None:
    """Raise UsageError, with the key to write, when the plan lacks what the phase is about."""
    endpoint = plan.endpoint
    if endpoint.name is None:
        raise UsageError(f'{plan.path}: no name to check; write endpoint = "kube.example.com" in [cluster]')
    if phase is Phase.CUTOVER and not endpoint.vips:
        # More than one VIP in the files, and none in halb.toml, is the other way to get here.
        raise UsageError(f'{plan.path}: no VIP to move the name to; write address = "192.168.2.140/24" in [vip]')
    if phase is not Phase.CUTOVER and not endpoint.control_plane and (phase is not None or not endpoint.vips):
        raise UsageError(
            f'{plan.path}: no initial master; write [[control_plane]] with name = "k8s-master1" and its address'
        )


async def look(plan: Plan, arguments: Arguments) -> LiveView:
    """Ask everybody once; takes at most about the timeout."""
    from rules.live.observe import observe

    observed = await observe(
        plan.endpoint, resolvers=arguments.resolvers, timeout=arguments.timeout, ca_file=arguments.ca_file
    )
    view = LiveView(plan.endpoint, observed, plan.fleet)
    _require(plan, phase_of(view))
    return view


def verify(arguments: Arguments) -> int:
    """Show the checklist once, or until it is passed; gives the exit status."""
    assert arguments.path is not None
    plan = read_plan(arguments.path, arguments.phase)
    if arguments.watch:
        from wizard.verify.watch import watch

        try:
            asyncio.run(watch(lambda: look(plan, arguments), arguments))
        except asyncio.CancelledError:  # SIGTERM
            return EXIT_TERMINATED
        return EXIT_PASSED
    view = asyncio.run(look(plan, arguments))
    found = checklist(view)
    sys.stdout.write(render(found, view, arguments))
    sys.stdout.flush()
    return EXIT_PASSED if found.passed else EXIT_NOT_YET


def render(found: Checklist, view: LiveView, arguments: Arguments, *, brief: bool = False) -> str:
    """The checklist in the format of the command line; `--watch` writes JSON one object per line."""
    if arguments.format == "json":
        from wizard.verify.report.json import render as render_json

        return render_json(found, view, compact=arguments.watch)
    from wizard.verify.report.text import text

    return text(found, view, style_of(arguments), brief=brief)


def style_of(arguments: Arguments) -> Style:
    """Colours and width of the output."""
    from shutil import get_terminal_size

    return Style(arguments.color, max(get_terminal_size((80, 24)).columns, 40))
