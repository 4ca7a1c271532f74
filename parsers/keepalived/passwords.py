"""Whether a line of keepalived.conf is about a password, for those who read the lines."""

from __future__ import annotations

from parsers.grammar.keepalived import SECRET
from parsers.source import Source


def holds_secret(statement: str) -> bool:
    """Whether a statement sets a password or key, its keyword misspelled or not."""
    if "auth_pass" in statement or statement.startswith(("password", "key ")):
        return True
    from parsers.secrets.names import REST, meant

    return any(meant(word) in REST for word in statement.split(None, 2)[:2])


def near_secret(source: Source, offset: int) -> bool:
    """Whether a password precedes `offset` on its line."""
    text = source.text
    start = max(text.rfind("\n", 0, offset) + 1, offset - 1100)
    return SECRET.search(text, start, offset + 1) is not None
