"""Parsers for haproxy.cfg and keepalived.conf: text in, a lossless tree and typed facts out.

`parse_haproxy` and `parse_keepalived` never raise on any str, and `str(document)` is the text again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parsers.haproxy import parse_haproxy
    from parsers.keepalived import parse_keepalived

__all__ = ["parse_haproxy", "parse_keepalived"]


def __getattr__(name: str) -> Any:
    """Load a parser, and pyparsing with it, when it is asked for."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(f"parsers.{name.removeprefix('parse_')}"), name)
    raise AttributeError(f"module 'parsers' has no attribute '{name}'")
