"""What the live rules need to know, and which of them can't run for the lack of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rules.engine.registry import Rule
    from rules.live.endpoint import Endpoint
    from rules.live.observations import Observations

_NO_NETWORK = "it needs the network; add '--live'"


class Needs(NamedTuple):
    """What is known of the endpoint, and what the network said about it (None when it was not asked)."""

    endpoint: Endpoint
    observed: Observations | None

    def missing(self, rule: Rule) -> str:
        """Why a live rule can't run here, or ""."""
        from rules.live.needs import how_to_tell, unknown_parts, words_for

        if "network" in rule.needs and self.observed is None:
            return _NO_NETWORK
        lacking = next((need for need in unknown_parts(self.endpoint) if need in rule.needs), "")
        return f"no {words_for(lacking)} is known; {how_to_tell(lacking)}" if lacking else ""
