"""`halb-wizard verify`: read the plan, ask the network, show the checklist."""

from __future__ import annotations

import asyncio

from rules.command import write_results
from rules.live import LiveView
from wizard.verify.checklist import checklist, phase_of
from wizard.verify.options import VerifyOptions
from wizard.verify.plan import EndpointPlan, read_plan
from wizard.verify.report import render

EXIT_PASSED, EXIT_NOT_YET = 0, 1


async def look(plan: EndpointPlan, options: VerifyOptions) -> LiveView:
    """Ask everybody once; takes at most about the timeout."""
    from rules.live import observe

    observed = await observe(
        plan.endpoint, resolvers=options.resolvers, timeout=options.timeout, ca_file=options.ca_file
    )
    view = LiveView(plan.endpoint, observed, plan.fleet)
    plan.require(phase_of(view))
    return view


def verify(options: VerifyOptions) -> int:
    """Show the checklist once, or until it is passed; returns the exit status."""
    assert options.path is not None
    plan = read_plan(options.path, options.phase)
    if options.watch:
        from wizard.verify.watch import watch

        signalled = asyncio.run(watch(lambda: look(plan, options), options))
        return EXIT_PASSED if signalled is None else 128 + signalled
    view = asyncio.run(look(plan, options))
    found = checklist(view)
    write_results(render(found, view, options))
    return EXIT_PASSED if found.passed else EXIT_NOT_YET
