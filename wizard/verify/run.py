"""`halb-wizard verify`: read the plan, ask the network, show the checklist."""

from __future__ import annotations

import asyncio
import sys

from rules.live import LiveView
from wizard.verify.checklist import checklist, phase_of
from wizard.verify.options import VerifyOptions
from wizard.verify.plan import EndpointPlan, read_plan
from wizard.verify.report import render

EXIT_PASSED, EXIT_NOT_YET, EXIT_TERMINATED = 0, 1, 143


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

        try:
            asyncio.run(watch(lambda: look(plan, options), options))
        except asyncio.CancelledError:  # SIGTERM
            return EXIT_TERMINATED
        return EXIT_PASSED
    view = asyncio.run(look(plan, options))
    found = checklist(view)
    sys.stdout.write(render(found, view, options))
    sys.stdout.flush()
    return EXIT_PASSED if found.passed else EXIT_NOT_YET
