"""What the live rules need to know, and which of them can't run for the lack of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rules.engine.registry import Rule
    from rules.live.endpoint import Endpoint
    from rules.live.observations import Observations

_UNKNOWN = {
    "network": "it needs the network; add '--live'",
    "endpoint": "no endpoint is known; pass '--endpoint NAME[:PORT]' or set 'endpoint' under [cluster] in halb.toml",
    "vip": "no VIP is known; pass '--vip ADDR' or set 'address' under [vip] in halb.toml",
    "control-plane": "no control-plane node is known; add [[control_plane]] to halb.toml, or servers to haproxy.cfg",
}


class Needs(NamedTuple):
    """What is known of the endpoint, and what the network said about it (None when it was not asked)."""

    endpoint: Endpoint
    observed: Observations | None

    def missing(self, rule: Rule) -> str:
        """Why a live rule can't run here, or ""."""
        known = {
            "network": self.observed is not None,
            "endpoint": self.endpoint.name is not None,
            "vip": bool(self.endpoint.vips),
            "control-plane": bool(self.endpoint.control_plane),
        }
        return next((_UNKNOWN[need] for need in rule.needs if not known[need]), "")
