"""One look at the cluster of some answers: name servers, API servers, load balancers and VIPs, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from rules.live import LiveView, NameServer
from rules.plan import Phase
from wizard.probes.ask import name_servers
from wizard.probes.phases import Watched, watched
from wizard.questions.answers import Answers

TIMEOUT = 3.0  # seconds that a look may take


class NothingToAskError(Exception):
    """An answer is missing without which nothing can be asked; the text says which."""


async def look(
    answers: Answers,
    files: Mapping[str, str],
    resolvers: Sequence[NameServer | str] | None,
    *,
    phase: Phase | None = None,
    timeout: float = TIMEOUT,
) -> LiveView:
    """What the network says right now. `files` (text by path) are those that halb makes of the answers.

    Raises `NothingToAskError`, and `rules.plan.ClusterError` when an answer is wrong. Only the network is asked.
    """
    await asyncio.to_thread(_load)
    what: Watched = await asyncio.to_thread(watched, answers, files)
    if words := what.missing(phase):
        raise NothingToAskError(words)
    from rules.live import observe

    observed = await observe(what.endpoint, resolvers=name_servers(resolvers), timeout=timeout)
    return LiveView(what.endpoint, observed, what.fleet)


def _load() -> None:
    """Import what asks, in a thread: it takes longer than a frame of the screen."""
    from rules.live import load_asking

    load_asking()
