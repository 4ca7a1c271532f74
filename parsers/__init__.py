"""Parsers for haproxy.cfg and keepalived.conf: text in, a lossless tree and typed facts out.

    document = parse_haproxy(text, path="haproxy.cfg")
    config = haproxy_facts([document])

`parse_haproxy` and `parse_keepalived` never raise on any str, and `str(document)` is the text again. A document is the
tree with its problems; the facts are what the file says, each value with its place. What is specific to one format
(servers, instances, keyword tables) is in the packages of that format.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from parsers.facts.haproxy import HaproxyConfig, haproxy_facts
    from parsers.facts.keepalived import KeepalivedConfig, keepalived_facts
    from parsers.facts.values import Value
    from parsers.haproxy import parse_haproxy
    from parsers.haproxy.document import HaproxyDocument
    from parsers.keepalived import parse_keepalived
    from parsers.keepalived.tree import KeepalivedDocument
    from parsers.source import Source, Span
    from parsers.tree import Directive, Document, Problem, Word

__all__ = [
    "Directive",
    "Document",
    "HaproxyConfig",
    "HaproxyDocument",
    "KeepalivedConfig",
    "KeepalivedDocument",
    "Problem",
    "Source",
    "Span",
    "Value",
    "Word",
    "haproxy_facts",
    "keepalived_facts",
    "parse_haproxy",
    "parse_keepalived",
]

_HOMES = {
    "parsers.facts.haproxy": ("HaproxyConfig", "haproxy_facts"),
    "parsers.facts.keepalived": ("KeepalivedConfig", "keepalived_facts"),
    "parsers.facts.values": ("Value",),
    "parsers.haproxy": ("HaproxyDocument", "parse_haproxy"),
    "parsers.keepalived": ("KeepalivedDocument", "parse_keepalived"),
    "parsers.source": ("Source", "Span"),
    "parsers.tree": ("Directive", "Document", "Problem", "Word"),
}


def __getattr__(name: str) -> Any:
    """Load what a name stands for, and pyparsing with a parser, when it is asked for: a short run needs few of them."""
    for module, names in _HOMES.items():
        if name in names:
            from importlib import import_module

            value = globals()[name] = getattr(import_module(module), name)
            return value
    raise AttributeError(f"module 'parsers' has no attribute '{name}'")
