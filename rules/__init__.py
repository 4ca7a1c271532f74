"""The rule engine: facts in, findings out. `lint` is the one entry."""

from __future__ import annotations

from rules.engine import Options, lint

__all__ = ["Options", "lint"]
