"""What keywords mean and what holds without them, in a sentence or two: read when an editor asks."""

from __future__ import annotations

from functools import cache

from parsers.keywords import table_text
from parsers.records import NamedTuple


class KeywordMeaning(NamedTuple):
    """What a keyword means, and what holds without it ("" where that is nothing, or not noted)."""

    text: str
    default: str = ""


@cache
def keepalived_meanings() -> dict[tuple[str, str], KeywordMeaning]:
    """Block ("vrrp_instance/authentication", "(root)") and keyword -> what it means."""
    return _read(table_text("keepalived_meanings.txt"), "block ", "")


@cache
def haproxy_meanings() -> dict[tuple[str, str], KeywordMeaning]:
    """Block ("proxy", "section global", "server options", "timeouts") and name -> what it means."""
    return _read(table_text("haproxy_meanings.txt"), "[", "]")


def _read(text: str, before: str, after: str) -> dict[tuple[str, str], KeywordMeaning]:
    found = {}
    block = ""
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        if line.startswith(before):
            block = line.removeprefix(before).removesuffix(after)
            continue
        name, default, words = (part.strip() for part in line.split("|", 2))
        found[block, name] = KeywordMeaning(words, default)
    return found
