"""The rule engine: facts in, findings out. `lint` is the one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rules.engine.run import Options, lint

__all__ = ["Options", "lint"]


def __getattr__(name: str) -> Any:
    """Load the engine, and with it the parsers, on first use."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("rules.engine.run"), name)
    raise AttributeError(f"module 'rules' has no attribute '{name}'")
