"""A word that may stand at a place, as an editor lists it."""

from __future__ import annotations

from typing import NamedTuple

from lsprotocol.types import CompletionItemKind

_K = CompletionItemKind


class Proposal(NamedTuple):
    """A word that may stand at a place: what it is, a few words about it, and more of them.

    `insert` is a snippet of the protocol that is written instead of the word, "" for the word itself.
    """

    word: str
    kind: CompletionItemKind
    detail: str = ""
    text: str = ""
    insert: str = ""


def keyword(word: str, detail: str = "", text: str = "", insert: str = "") -> Proposal:
    """A keyword."""
    return Proposal(word, _K.Keyword, detail, text, insert)


def value(word: str, detail: str = "", text: str = "") -> Proposal:
    """One of a few words."""
    return Proposal(word, _K.EnumMember, detail, text)


def name(word: str, detail: str = "") -> Proposal:
    """A name that is defined."""
    return Proposal(word, _K.Reference, detail)


def option(word: str, detail: str = "", text: str = "") -> Proposal:
    """An option of a line."""
    return Proposal(word, _K.Property, detail, text)


def function(word: str, detail: str = "") -> Proposal:
    """A sample fetch or a converter."""
    return Proposal(word, _K.Function, detail)
