"""Where the passwords and keys of a keepalived.conf are.

They are looked for in the text and not in the tree, so that a comment, a brace in the middle of a password or a
line that could not be read does not bring one to light.
"""

from __future__ import annotations

from parsers.grammar.keepalived import SECRET
from parsers.source import Source, Span


def find_secrets(source: Source) -> list[Span]:
    """Places of passwords and keys: whatever follows their keyword on the line, in comments too."""
    text = source.text
    found = []
    if "auth_pass" in text or "password" in text or "auth_hmac" in text:
        hmac = "auth_hmac" in text
        for match in SECRET.finditer(text):
            if match["value"]:
                found.append(Span(source, *match.span("value")))
            elif hmac and match["key"]:
                found.append(Span(source, *match.span("key")))
    return found


def near_secret(source: Source, offset: int) -> bool:
    """Whether a password precedes `offset` on its line."""
    text = source.text
    start = max(text.rfind("\n", 0, offset) + 1, offset - 1100)
    return SECRET.search(text, start, offset + 1) is not None
