"""`halb-lint --live`: the queries, which begin before the files are read."""

from __future__ import annotations

from collections.abc import Callable

from rules.command.arguments import LintArguments
from rules.live.asking import Survey


def start_survey(arguments: LintArguments, say: Callable[[str], None]) -> Survey | None:
    """Start to query the name servers; None, and a line for the user, where no endpoint is known."""
    live, cluster = arguments.live, arguments.cluster
    if live is None or cluster is None or cluster.endpoint is None:
        from rules.live.needs import how_to_tell, words_for

        say(f"nothing to query: no {words_for('endpoint')} is known; {how_to_tell('endpoint')}")
        return None
    return Survey(cluster.endpoint.value, live.resolvers, live.timeout, live.ca_file)
